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
 * Milliseconds after which the last turn is cancelled. What the provider has written and we have not read by then is its own
 * count alone: a few milliseconds of each turn on a quiet machine, and many on a busy one, where short turns would lose more.
 */
const LONGEST_MS = 4_500;
const random = seededRandom(4);
const upTo = (count: number) => Math.floor(random() * count);

const WORDS: SimulatedAction = { repeat: "and so on, ", times: 400, paceMs: 50 };
/** A tool call that is received whole, and whose arguments are most of the answer. */
const LONG_CALL: SimulatedAction = { tool: "current_time", arguments: { why: "to know what time it is. ".repeat(40) } };
const TOOL: SimulatedAction = { tool: "current_time" };
const FAULTS = ["reset", "early-end", "error-event", "garbage"] as const;

/** A turn that is cancelled at some moment, or whose provider breaks off, in its first model call or its second. */
async function abortedTurn(number: number) {
  const marker = `turn-${number}-of-many`;
  const broken = random() < 0.3;
  // What is not broken goes on until it is cancelled.
  const last: SimulatedAction[] = broken
    ? [{ ...WORDS, times: 1 + upTo(20) }, { fault: FAULTS[upTo(FAULTS.length)] ?? "reset" }]
    : [...(random() < 0.3 ? [LONG_CALL] : []), WORDS, { fault: "stall" }];
  const calls = random() < 0.3 ? [[{ ...WORDS, times: 1 + upTo(10) }, TOOL], last] : [last];
  const stream = streamOf(client, CHAT_TURN, {
    input: { buddy: "analyst", message: `${marker} ${simulate(calls)}` },
  });
  // At any moment of its life, whatever it is doing then.
  const cancelAfterMs = upTo(LONGEST_MS);
  let session: { id: string; text: string; status: string } | undefined;
  for await (const event of stream) {
    session = event.session ?? session;
    if (broken || event.__typename !== "TurnStarted") continue;
    setTimeout(() => admin.ask(CANCEL, { sessionId: event.sessionId }), cancelAfterMs);
  }
  if (session === undefined) throw new Error("the turn told nothing");
  return { marker, session };
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
  const compared = turns.map(({ marker, session }) => ({
    session,
    counted: counted.get(marker) ?? 0,
    metered: billed.get(uuidOf("session", session.id) ?? "") ?? 0,
  }));
  const sum = (of: "counted" | "metered") => compared.reduce((total, turn) => total + turn[of], 0);
  const difference = 1 - sum("metered") / sum("counted");
  const statuses = [...new Set(turns.map(({ session }) => session.status))].sort();
  process.stdout.write(
    `${TURNS} turns cut short: the provider counted ${sum("counted")} tokens, ${sum("metered")} are billed (${(100 * difference).toFixed(2)}% less)\n`,
  );
  expect(statuses).toEqual(["CANCELLED", "FAILED"]);
  expect(difference).toBeGreaterThanOrEqual(0);
  expect(difference).toBeLessThanOrEqual(0.01);
  expect(compared.filter(({ metered, counted }) => metered > counted)).toEqual([]);
  expect(compared.filter(({ session, metered }) => session.text !== "" && metered === 0)).toEqual([]);
}, 300_000);
