import { FieldResolver, Resolver, Root } from "type-graphql";

import type { SessionSnapshot } from "../agents/turn-events";
import type { Loaders } from "./loaders";
import { AgentSession } from "./types/agent-session";
import { type MeteringState, MeteringStateEnum } from "./types/enums";
import { DateTime } from "./types/scalars";

/** How a session stands with the meter, as the ledger says now. */
@Resolver(() => AgentSession)
export class MeteringResolver {
  constructor(private readonly loaders: Loaders) {}

  @FieldResolver(() => MeteringStateEnum, { description: "How this session stands with the `ai_tokens` meter." })
  async metering(@Root() { id, route, endedAt }: SessionSnapshot): Promise<MeteringState> {
    if (route.payer === "WORKSPACE") return "NOT_BILLABLE";
    if (endedAt === null) return "PENDING";
    const event = await this.loaders.meterEvent.load(id);
    return event?.state ?? "NOT_BILLABLE";
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: "When the meter accepted this session's usage. Null when it has not.",
  })
  async meteredAt(@Root() { id, route, endedAt }: SessionSnapshot): Promise<Date | null> {
    if (route.payer === "WORKSPACE" || endedAt === null) return null;
    const event = await this.loaders.meterEvent.load(id);
    return event?.deliveredAt ?? null;
  }
}
