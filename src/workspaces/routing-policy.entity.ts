import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";

import type { ByokFallback, ModelMode } from "./model-mode";
import { WorkspaceEntity } from "./workspace.entity";

/** Workspace-wide routing rules. No row means that nothing was ever set. */
@Entity("routing_policies")
export class RoutingPolicyEntity {
  @ForeignKey(() => WorkspaceEntity, { name: "routing_policies_workspace_fkey", onDelete: "CASCADE" })
  @PrimaryColumn({ name: "workspace_id", type: "text", primaryKeyConstraintName: "routing_policies_pkey" })
  workspaceId!: string;

  /** Null where only the fallback was set. */
  @Column({ name: "default_mode", type: "text", nullable: true })
  defaultMode!: ModelMode | null;

  @Column({ name: "byok_fallback", type: "text" })
  byokFallback!: ByokFallback;
}
