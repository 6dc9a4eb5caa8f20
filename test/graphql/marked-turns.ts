import type { DataSource } from "typeorm";

import { AgentSessionEntity } from "../../src/agents/agent-session.entity";
import { ThreadEntity } from "../../src/agents/thread.entity";
import { newId, publicId, uuidOf } from "../../src/ids";
import { seedSessions } from "./seed-sessions";
import type { Person } from "./test-workspace";

/** Turns of one person, by their public ids. */
export interface MarkedTurns {
  /** Failed, with a tool call, and traced. */
  failed: string;
  /** What it delegated. */
  delegated: string;
  running: string;
  thread: string;
}

/** Tokens that no other turn of a test uses: what a sum has of them is as unmistakable as a word. */
export const MARKED_TOKENS = 77_700_301;

/** Seeds turns with everything that a turn can keep, and the mark in all of its texts. */
export async function seedMarkedTurns(
  dataSource: DataSource,
  person: Person,
  mark: string,
  tokens = 0,
): Promise<MarkedTurns> {
  const threadId = newId();
  const parentId = newId();
  const turn = { threadId, route: { modelId: `claude-${mark}`, modelReason: mark, maskedKey: `sk-ant-…${mark}` } };
  const [failed = "", delegated = "", running = ""] = await seedSessions(dataSource, person, [
    { ...turn, id: parentId, tokens },
    { ...turn, parentId },
    { ...turn, status: "RUNNING" },
  ]);
  const error = {
    code: "INTERNAL",
    message: mark,
    retryable: false,
    retryAfterSeconds: null,
    requestId: mark,
  } as const;
  const call = { arguments: { mark }, result: { mark }, errorMessage: mark, startedAt: new Date().toISOString() };
  await dataSource.getRepository(AgentSessionEntity).update(
    { threadId },
    {
      prompt: mark,
      text: mark,
      buddyName: mark,
      traceId: mark,
      toolCalls: [{ ...call, id: mark, name: mark, durationMs: 1 }],
    },
  );
  await dataSource
    .getRepository(AgentSessionEntity)
    .update({ id: uuidOf("session", failed) ?? "" }, { status: "FAILED", error });
  await dataSource.getRepository(ThreadEntity).update({ id: threadId }, { title: mark });
  return { failed, delegated, running, thread: publicId("thread", threadId) };
}
