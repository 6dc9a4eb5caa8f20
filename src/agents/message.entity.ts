import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";
import type { Message } from "../providers/language-model";
import { WorkspaceEntity } from "../workspaces/workspace.entity";
import { AgentSessionEntity } from "./agent-session.entity";
import { ThreadEntity } from "./thread.entity";

/** One message of a thread, in no provider's dialect. Written when its turn has ended with an answer. */
@Entity("messages")
@Index("messages_thread_idx", ["threadId", "createdAt", "id"])
@Index("messages_session_idx", ["sessionId"])
export class MessageEntity {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "messages_pkey" })
  id!: string;

  @ForeignKey(() => WorkspaceEntity, { name: "messages_workspace_fkey", onDelete: "CASCADE" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  @ForeignKey(() => ThreadEntity, { name: "messages_thread_fkey", onDelete: "CASCADE" })
  @Column({ name: "thread_id", type: "uuid" })
  threadId!: string;

  @ForeignKey(() => AgentSessionEntity, { name: "messages_session_fkey", onDelete: "CASCADE" })
  @Column({ name: "session_id", type: "uuid" })
  sessionId!: string;

  @Column({ type: "text" })
  role!: Message["role"];

  /** The blocks of a `Message` of that role. */
  @Column({ type: "jsonb" })
  content!: unknown;

  @InstantColumn("created_at", { default: () => "now()" })
  createdAt!: Date;
}
