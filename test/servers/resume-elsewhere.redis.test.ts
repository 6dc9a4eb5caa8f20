import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";
import { WebSocket } from "ws";

import { simulate } from "../../src/simulators/script";
import { seededRandom } from "../../src/simulators/seeded-random";
import { CHAT_TURN, collect, connect, FOLLOW, streamOf } from "../support/test-client";
import { digestOf, startTwoServers, type TwoServers } from "./two-servers";

const TURNS = 100;
const AT_ONCE = 20;
const SEED = 20_261_125;

let servers: TwoServers;
beforeAll(async () => {
  servers = await startTwoServers();
});
afterAll(() => servers.server.close());

const random = seededRandom(SEED);
const upTo = (most: number) => 1 + Math.floor(random() * most);

/** Text in pieces, two tools at once, work that is handed on, and text again. */
function script(turn: number): string {
  const task = simulate([[{ repeat: `part ${turn} `, times: upTo(30), paceMs: upTo(8) }]]);
  return simulate([
    [
      { repeat: `tick ${turn} `, times: upTo(40), paceMs: upTo(10) },
      { tool: "current_time", arguments: {} },
      { tool: "delegate", arguments: { buddy: "campaign", task } },
    ],
    [{ repeat: "tock 😀 ", times: upTo(40), paceMs: upTo(10) }],
  ]);
}

/** The events after `after`, until `most` of them have come or the stream is over; then the socket is torn down. */
async function readSome(url: string, sessionId: string, after: number, most: number) {
  const sockets: WebSocket[] = [];
  const client = connect(url, servers.token, {
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols);
        sockets.push(this);
      }
    },
  });
  const events: { sequence: number }[] = [];
  for await (const event of streamOf(client, FOLLOW, { sessionId, after })) {
    events.push(event);
    if (events.length < most) continue;
    // As a connection breaks: nobody says goodbye, and what has come behind this event is lost.
    sockets[0]?.terminate();
    return { events, over: false };
  }
  await client.dispose();
  return { events, over: true };
}

async function playTurn(turn: number, clients: readonly [Client, Client]): Promise<number> {
  const here = turn % 2;
  const urls = [servers.server.url, servers.sibling.url];
  const stream = streamOf(clients[here] as Client, CHAT_TURN, { input: { message: `turn-${turn}- ${script(turn)}` } });
  const { value: started } = await stream.next();
  const uncut = collect(stream);

  let cuts = 0;
  const seen = [];
  for (let server = turn; ; server += 1) {
    const after = seen.at(-1)?.sequence ?? 0;
    const { events, over } = await readSome(urls[server % 2] as string, started.sessionId, after, upTo(12));
    seen.push(...events);
    if (over) break;
    cuts += 1;
  }
  const all = [started, ...(await uncut)];
  expect(seen.map(({ sequence }) => sequence)).toEqual(all.map(({ sequence }) => sequence));
  expect(digestOf(seen)).toBe(digestOf(all));
  return cuts;
}

test(`${TURNS} turns whose follower is cut at random and resumes on the other server: as if it had not been cut`, async () => {
  const clients = [connect(servers.server.url, servers.token), connect(servers.sibling.url, servers.token)] as const;
  let [next, cuts] = [0, 0];
  const lane = async () => {
    while (next < TURNS) {
      next += 1;
      const more = await playTurn(next, clients);
      cuts += more;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await Promise.all(clients.map((client) => client.dispose()));

  const sent = servers.server.anthropic.journal.messages().map((call) => JSON.stringify(call.body));
  for (let turn = 1; turn <= TURNS; turn += 1) {
    // One for what the model says first, one for what it says after its tools; and what was handed on is a call of its own.
    expect(sent.filter((body) => body.includes(`turn-${turn}- `))).toHaveLength(2);
  }
  expect(sent).toHaveLength(3 * TURNS);
  process.stdout.write(`followers cut and resumed on the other server: ${cuts} times in ${TURNS} turns\n`);
  expect(cuts).toBeGreaterThan(2 * TURNS);
}, 180_000);
