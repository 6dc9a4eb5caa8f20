import type { TakenMeterEvent } from "../../src/simulators/stripe-ledger";
import { groupBy } from "./group-by";
import type { Trouble } from "./make-trouble";
import type { PlannedTurn } from "./plan-turns";
import type { PlayedTurn } from "./play-turn";
import type { LedgerRows, SessionRow } from "./read-rows";
import type { ServerPair } from "./server-pair";
import type { FireWorkspace } from "./stage";

/** One thing that must hold, and how far it does. */
export interface Check {
  name: string;
  /** How often it does not hold; 0 is what must be. */
  violations: number;
  /** The first few of them. */
  examples: string[];
}

export interface Evidence extends LedgerRows {
  turns: readonly PlannedTurn[];
  played: readonly PlayedTurn[];
  idempotencyKeyOf: (turn: PlannedTurn) => string;
  workspaces: readonly FireWorkspace[];
  /** Model calls by marker. */
  calls: ReadonlyMap<string, number>;
  /** What the meter has taken. */
  events: readonly TakenMeterEvent[];
}

const EXAMPLES = 3;

/** Compares what was planned, what clients saw, what the database says, what the providers were asked and what Stripe has. */
export function checkLedger(evidence: Evidence): Check[] {
  return [...checkTurns(evidence), ...checkGenerations(evidence), ...checkBill(evidence)];
}

/** Whether there was a fire at all, and nothing in it that nobody lit. */
export function checkFire(servers: ServerPair, trouble: Trouble): Check[] {
  return [
    check("servers that ended by themselves", servers.crashes),
    check("kinds of trouble that never came", [
      ...(trouble.kills === 0 ? ["no server was killed"] : []),
      ...(trouble.databaseRestarts < 3 ? [`${trouble.databaseRestarts} restarts of Postgres`] : []),
    ]),
  ];
}

function checkTurns({ turns, played, sessions, idempotencyKeyOf }: Evidence): Check[] {
  const rows = groupBy(sessions, ({ idempotencyKey }) => idempotencyKey);
  const about = (index: number): string => `turn ${index}: ${JSON.stringify(played[index])}`;
  const indices = turns.map(({ number }) => number);
  return [
    check(
      "clients whose turn did not end exactly once",
      indices.filter((index) => played[index]?.ends !== 1).map(about),
    ),
    check("turns refused", indices.filter((index) => played[index]?.refused !== null).map(about)),
    check("faults told to clients", indices.filter((index) => played[index]?.faults.length !== 0).map(about)),
    check(
      "turns without exactly one row that says what its client heard",
      turns
        .filter((turn) => {
          const [row, ...others] = rows.get(idempotencyKeyOf(turn)) ?? [];
          return row === undefined || others.length > 0 || row.status !== played[turn.number]?.status;
        })
        .map(({ number }) => about(number)),
    ),
    check("sessions left running", sessions.filter(({ status }) => ["PENDING", "RUNNING"].includes(status)).map(shown)),
  ];
}

function checkGenerations({ turns, sessions, calls }: Evidence): Check[] {
  const planned = new Map(turns.flatMap((turn) => turn.sessions.map((session) => [session.marker, session] as const)));
  const rowsOf = groupBy(sessions, ({ marker }) => marker);
  const all = [...planned.values()];
  return [
    check(
      "sessions generated twice",
      all
        .filter(
          ({ marker, calls: scripted }) => (calls.get(marker) ?? 0) > scripted || (rowsOf.get(marker)?.length ?? 0) > 1,
        )
        .map(({ marker, calls: scripted }) => `${marker}: ${calls.get(marker)} calls, ${scripted} scripted`),
    ),
    check(
      "completed sessions whose calls or tokens are not the scripted ones",
      sessions
        .filter((session) => session.status === "COMPLETED")
        .filter(({ marker, total }) => {
          const plan = planned.get(marker);
          return plan?.tokens !== total || calls.get(marker) !== plan.calls;
        })
        .map(shown),
    ),
    check(
      "sessions paid for by somebody else than planned",
      sessions
        .filter(({ marker, payer }) => (planned.get(marker)?.mode === "METERED") !== (payer === "WAYPATH"))
        .map(shown),
    ),
  ];
}

function checkBill({ sessions, meterStates, events, workspaces }: Evidence): Check[] {
  const byHex = new Map(sessions.map((session) => [session.id.replaceAll("-", ""), session]));
  const sessionOf = ({ identifier }: TakenMeterEvent): SessionRow | undefined =>
    byHex.get(/[0-9a-f]{32}/.exec(identifier.replaceAll("-", ""))?.[0] ?? "");
  const customerOf = new Map(workspaces.map(({ id, customer }) => [id, customer]));
  const billable = sessions.filter(({ payer, total }) => payer === "WAYPATH" && total > 0);
  const counted = events.filter(({ counts }) => counts);
  const eventsOf = groupBy(counted, (event) => sessionOf(event)?.id);
  const customers = [...new Set(workspaces.map(({ customer }) => customer))];
  const owed = (customer: string): number =>
    billable
      .filter(({ workspaceId }) => customerOf.get(workspaceId) === customer)
      .reduce((sum, { total }) => sum + total, 0);
  const taken = (customer: string): number =>
    counted.filter((event) => event.customer === customer).reduce((sum, { value }) => sum + value, 0);
  const unsettled = Object.entries(meterStates).filter(([state]) => state !== "DELIVERED");
  return [
    {
      name: "meter rows that are not delivered",
      violations: unsettled.reduce((sum, [, count]) => sum + count, 0),
      examples: unsettled.map(([state, count]) => `${count} ${state}`),
    },
    check("metered sessions lost", billable.filter(({ id }) => !eventsOf.has(id)).map(shown)),
    check("metered sessions doubled", billable.filter(({ id }) => (eventsOf.get(id)?.length ?? 0) > 1).map(shown)),
    check(
      "events with another value or customer than their session's",
      counted
        .filter((event) => {
          const session = sessionOf(event);
          return (
            session !== undefined &&
            (session.total !== event.value || customerOf.get(session.workspaceId) !== event.customer)
          );
        })
        .map(({ identifier, value }) => `${identifier}: ${value}`),
    ),
    check(
      "events for sessions on a workspace's own key, or for none",
      counted.filter((event) => sessionOf(event)?.payer !== "WAYPATH").map(({ identifier }) => identifier),
    ),
    check(
      "customers whose sum at Stripe is not that of their sessions",
      customers
        .filter((customer) => owed(customer) !== taken(customer))
        .map((customer) => `${customer}: ${taken(customer)} at Stripe, ${owed(customer)} in sessions`),
    ),
  ];
}

export function check(name: string, violations: readonly string[]): Check {
  return { name, violations: violations.length, examples: violations.slice(0, EXAMPLES) };
}

function shown(session: SessionRow): string {
  return JSON.stringify(session);
}
