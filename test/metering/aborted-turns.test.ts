// Turns that are cut short anywhere, held against what the provider itself has counted by then.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { uuidOf } from "../../src/ids";
import { type SimulatedAction, simulate } from "../../src/simulators/script";
import { seededRandom } from "../../src/simulators/seeded-random";
import { newWorkspace, type Person } from "../graphql/test-workspace";
import { CANCEL, CHAT_TURN, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let admin: Person;
let client: Client;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_MESSAGES_PER_MINUTE: "1000000" });
  admin = await newWorkspace(server).admin();
  client = connect(server.url, admin.token);
});
afterAll(async () => {
  await client.dispose();
  await server.close();
});

const TURNS = 500;
const AT_ONCE = 20;
/**
 * The share of turns that are cancelled at any moment at all. What the provider has written and we have not read by then is its own
 * count alone, and the busier the machine, the more that is; the others are cut at any place of their answer, once it has been told.
 */
const AT_ANY_MOMENT = 0.08;
/** Milliseconds after which the last of those is cancelled. */
const LONGEST_MS = 4_500;
const random = seededRandom(4);
const upTo = (count: number) => Math.floor(random() * count);

const LAST_WORDS = "and nothing more.";
const words = (times: number, paceMs: number): SimulatedAction => ({ repeat: "and so on, ", times, paceMs });
/** A tool call that is received whole, and whose arguments are most of the answer. */
const LONG_CALL: SimulatedAction = { tool: "current_time", arguments: { why: "to know what time it is. ".repeat(40) } };
const TOOL: SimulatedAction = { tool: "current_time" };
const FAULTS = ["reset", "early-end", "error-event", "garbage"] as const;
const WAYS = ["broken", "when told", "at any moment"] as const;

/** How a turn is cut short, and what its last model call does until then. */
function lastCall(): { way: (typeof WAYS)[number]; call: SimulatedAction[] } {
  if (random() < 0.3)
    return { way: "broken", call: [words(1 + upTo(20), 50), { fault: FAULTS[upTo(FAULTS.length)] ?? "reset" }] };
  const before = random() < 0.3 ? [LONG_CALL] : [];
  if (random() < AT_ANY_MOMENT) return { way: "at any moment", call: [...before, words(400, 50), { fault: "stall" }] };
  return { way: "when told", call: [...before, words(1 + upTo(100), 5), { text: LAST_WORDS }, { fault: "stall" }] };
}

/** A turn that is cancelled, or whose provider breaks off, in its first model call or its second. */
async function abortedTurn(number: number) {
  const marker = `turn-${number}-of-many`;
  const { way, call } = lastCall();
  const calls = random() < 0.3 ? [[words(1 + upTo(10), 50), TOOL], call] : [call];
  const stream = streamOf(client, CHAT_TURN, {
    input: { buddy: "analyst", message: `${marker} ${simulate(calls)}` },
  });
  const cancelAfterMs = upTo(LONGEST_MS);
  let cancelled: Promise<unknown> | undefined;
  const cancel = () => {
    cancelled = admin.ask(CANCEL, { sessionId });
  };
  let sessionId = "";
  let told = "";
  let session: { id: string; text: string; status: string } | undefined;
  for await (const event of stream) {
    session = event.session ?? session;
    if (event.__typename === "TurnStarted") {
      sessionId = event.sessionId;
      if (way === "at any moment") setTimeout(cancel, cancelAfterMs);
    } else if (event.__typename === "TextDelta") {
      told += event.delta;
      if (way === "when told" && told.endsWith(LAST_WORDS)) cancel();
    }
  }
  await cancelled;
  if (session === undefined) throw new Error("the turn told nothing");
  return { marker, way, session };
}

/** What the provider counted for each turn, over all its calls, once every call has ended there too. */
async function countedByProvider(): Promise<Map<string, number>> {
  const { journal } = server.anthropic;
  await journal.waitFor(() => journal.messages().every(({ outcome }) => outcome !== "running"));
  const counted = new Map<string, number>();
  for (const { body, tokens } of journal.messages()) {
    const [marker = ""] = /turn-\d+-of-many/.exec(JSON.stringify(body)) ?? [];
    counted.set(marker, (counted.get(marker) ?? 0) + (tokens ?? 0));
  }
  return counted;
}

test("500 turns cut short at random are billed for what the provider counted, within 1% and never above", async () => {
  const turns: Awaited<ReturnType<typeof abortedTurn>>[] = [];
  const numbers = Array.from({ length: TURNS }, (_, number) => number);
  const worker = async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      turns.push(await abortedTurn(number));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const rows: { session_id: string; value: number }[] = await server.dataSource.query(
    "SELECT session_id, value::int AS value FROM meter_events",
  );
  const billed = new Map(rows.map(({ session_id, value }) => [session_id, value]));
  const counted = await countedByProvider();
  const compared = turns.map(({ marker, way, session }) => ({
    way,
    session,
    counted: counted.get(marker) ?? 0,
    metered: billed.get(uuidOf("session", session.id) ?? "") ?? 0,
  }));
  const sum = (of: "counted" | "metered", among = compared) => among.reduce((total, turn) => total + turn[of], 0);
  const less = (among = compared) => 1 - sum("metered", among) / sum("counted", among);
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
  const statuses = [...new Set(turns.map(({ session }) => session.status))].sort();
  const byWay = WAYS.map((way) => `${way} ${percent(less(compared.filter((turn) => turn.way === way)))}`);
  process.stdout.write(
    `${TURNS} turns cut short: the provider counted ${sum("counted")} tokens, ${sum("metered")} are billed ` +
      `(${percent(less())} less; ${byWay.join(", ")})\n`,
  );
  expect(statuses).toEqual(["CANCELLED", "FAILED"]);
  expect(less()).toBeGreaterThanOrEqual(0);
  expect(less()).toBeLessThanOrEqual(0.01);
  expect(compared.filter(({ metered, counted }) => metered > counted)).toEqual([]);
  expect(compared.filter(({ session, metered }) => session.text !== "" && metered === 0)).toEqual([]);
}, 300_000);
