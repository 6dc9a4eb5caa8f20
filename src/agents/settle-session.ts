// Ends a session: exactly once, whoever tries. The old state stands in the WHERE; no row means that somebody else ended it.
import type { DataSource } from "typeorm";

import { recordUsage } from "../metering/record-usage";
import type { Message } from "../providers/language-model";
import {
  AgentSessionEntity,
  type AgentSessionStatus,
  type FinishReason,
  type TurnError,
  type UsageSource,
} from "./agent-session.entity";
import { appendHistory, asksPrompt } from "./thread-history";
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

/** Who may end it: the process that holds its lease, or anybody once the lease has run out. */
export type SettlingRight = { owner: string } | { leaseExpired: true };

/** Ends the session, writes its bill and keeps its messages, in one transaction. Null: it was ended already, or the right to end it is lost. */
export function settleSession(
  dataSource: DataSource,
  sessionId: string,
  right: SettlingRight,
  ending: SessionEnding,
): Promise<AgentSessionEntity | null> {
  return dataSource.transaction(async (manager) => {
    const { affected } = await manager
      .createQueryBuilder()
      .update(AgentSessionEntity)
      .set({
        status: ending.status,
        text: ending.text,
        toolCalls: () => ":toolCalls",
        usage: ending.usage,
        usageSource: ending.usageSource,
        finishReason: ending.finishReason,
        error: ending.error,
        lastSequence: ending.lastSequence,
        firstTextAt: ending.firstTextAt,
        leaseOwner: null,
        leaseExpiresAt: null,
        endedAt: () => "now()",
      })
      .setParameter("toolCalls", JSON.stringify(ending.toolCalls))
      .where("id = :sessionId AND status IN ('PENDING', 'RUNNING')", { sessionId })
      .andWhere("owner" in right ? "lease_owner = :owner" : "lease_expires_at < now()", right)
      .execute();
    if (affected !== 1) return null;

    const session = await manager.findOneByOrFail(AgentSessionEntity, { id: sessionId });
    if (session.route.payer === "WAYPATH" && session.endedAt !== null) {
      await recordUsage(manager, {
        sessionId,
        workspaceId: session.workspaceId,
        value: totalTokens(session.usage),
        occurredAt: session.endedAt,
      });
    }
    // What a buddy did for another stays in its own session: the thread is between a person and the buddy they asked.
    if (session.parentId === null && ending.messages.length > 0) {
      await appendHistory(manager, session, [asksPrompt(session.prompt), ...ending.messages]);
    }
    return session;
  });
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
