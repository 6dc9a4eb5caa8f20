// Ends a session: exactly once, whoever tries. The old state stands in the WHERE; no row means that somebody else ended it.
// It says so by `ended_at`, which goes with the status: by the status Postgres would look through all that run, by the index of leases.
import type { DataSource } from "typeorm";

import { entityOf, type RawRow } from "../database/entity-of";
import { newId } from "../ids";
import { recordUsage } from "../metering/record-usage";
import type { Message } from "../providers/language-model";
import {
  AgentSessionEntity,
  type AgentSessionStatus,
  type FinishReason,
  type TurnError,
  type UsageSource,
} from "./agent-session.entity";
import { asksPrompt } from "./thread-history";
import { type TokenUsage, totalTokens } from "./token-usage";
import type { ToolCall } from "./tool-call";

/** How a session ended, with all that is known of it. */
export interface SessionEnding {
  status: Exclude<AgentSessionStatus, "PENDING" | "RUNNING">;
  text: string;
  toolCalls: ToolCall[];
  usage: TokenUsage;
  usageSource: UsageSource;
  finishReason: FinishReason | null;
  error: TurnError | null;
  lastSequence: number;
  firstTextAt: Date | null;
  /** What the model said; empty where it said nothing, and then the thread forgets the question too. */
  messages: readonly Message[];
}

export interface SettleOptions {
  dataSource: DataSource;
  /** Whether what metered sessions use is billed. Not where a simulator answers and no meter is simulated beside it: later it would go to a real one. */
  bills: boolean;
}

/** What is asked of a session to end it. */
export type SettledSession = Pick<AgentSessionEntity, "id" | "parentId" | "prompt">;

/** Ends the session, writes its bill and keeps its messages, in one statement. Null: it was ended already, or the right to end it is lost. */
export async function settleSession(
  { dataSource, bills }: SettleOptions,
  session: SettledSession,
  /** Who holds its lease. */
  owner: string,
  ending: SessionEnding,
): Promise<AgentSessionEntity | null> {
  const { usage } = ending;
  const [row]: { ended: RawRow }[] = await dataSource.query(
    `WITH ended AS (
       UPDATE agent_sessions
       SET status = $3, text = $4, tool_calls = $5, input_tokens = $6, output_tokens = $7, cache_read_tokens = $8,
           cache_write_tokens = $9, reasoning_tokens = $10, usage_source = $11, finish_reason = $12, error = $13,
           last_sequence = $14, first_text_at = $15, lease_owner = NULL, lease_expires_at = NULL, ended_at = now()
       WHERE id = $1 AND ended_at IS NULL AND lease_owner = $2
       RETURNING *
     ), used AS (
       SELECT id AS session_id, workspace_id, $16::bigint AS value, ended_at AS occurred_at FROM ended
       WHERE payer = 'WAYPATH' AND $18::boolean
     ), billed AS (
       ${recordUsage("used")}
     ), kept AS (
       INSERT INTO messages (id, workspace_id, thread_id, session_id, role, content)
       SELECT said.id, workspace_id, thread_id, ended.id, said.role, said.content
       FROM ended, jsonb_to_recordset($17) AS said (id uuid, role text, content jsonb)
     )
     SELECT to_jsonb(ended) AS ended FROM ended`,
    [
      session.id,
      owner,
      ending.status,
      ending.text,
      JSON.stringify(ending.toolCalls),
      usage.inputTokens,
      usage.outputTokens,
      usage.cacheReadTokens,
      usage.cacheWriteTokens,
      usage.reasoningTokens,
      ending.usageSource,
      ending.finishReason,
      ending.error,
      ending.lastSequence,
      ending.firstTextAt,
      totalTokens(usage),
      JSON.stringify(saidIn(session, ending)),
      bills,
    ],
  );
  return row === undefined ? null : entityOf(dataSource, AgentSessionEntity, row.ended);
}

/** What the thread keeps of the session, in order: its question and its answer, for the turns that follow. */
function saidIn({ parentId, prompt }: SettledSession, { messages }: SessionEnding) {
  // What a buddy did for another stays in its own session: the thread is between a person and the buddy they asked.
  if (parentId !== null || messages.length === 0) return [];
  return [asksPrompt(prompt), ...messages].map(({ role, content }) => ({ id: newId(), role, content }));
}

/** The session that has this very ending; null when it has another one, or none. */
export async function findSettled(
  dataSource: DataSource,
  sessionId: string,
  { status, text, lastSequence }: SessionEnding,
): Promise<AgentSessionEntity | null> {
  const session = await dataSource.getRepository(AgentSessionEntity).findOneBy({ id: sessionId });
  const isThisOne = session?.status === status && session.text === text && session.lastSequence === lastSequence;
  return isThisOne ? session : null;
}
