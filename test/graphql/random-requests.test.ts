// Ten thousand requests that nobody thought of. Whatever is sent is answered in words that give nothing away, or the socket
// is closed for it; the server goes on, and holds on to nothing.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { WebSocket } from "ws";

import { startTestServer, type TestServer } from "../support/test-server";
import { DOORS } from "./both-doors";
import { type RandomSend, randomSend } from "./random-requests";

const REQUESTS = 10_000;
/** Known, so that what fails once fails again. */
const SEED = 20_261;
const AT_ONCE = 8;
/** What a socket may be closed with for what was sent on it. */
const CLOSED_FOR_IT = [4400, 4409];
/** Heap that may have been added after the first half, in bytes: a leak of 10 KB a request would be five times as much. */
const SPARE_HEAP = 10 * 1024 * 1024;

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({
    LOG_LEVEL: "warn",
    LIMIT_TURN_STARTS_PER_MINUTE: "100",
    LIMIT_MUTATIONS_PER_MINUTE: "1000000",
    LIMIT_MESSAGES_PER_MINUTE: "1000000",
    LIMIT_SOCKETS_PER_USER: "1000",
  });
  token = await server.token({ subject: "monkey", role: "OWNER" });
});
// Rejects where the server has logged a fault of its own.
afterAll(() => server.close());

/** A place in code, a statement, or a key that was sent. */
const LEAK = /canary|node_modules|\.[tj]s:\d|\bat .+ \(|\bSELECT\b|\bINSERT\b|QueryFailed/;

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions: { code: string } }[];
}

/** Data, errors or both; each error with a sentence and a code, and none of them ours. Asserted only where it is not so: this is asked often. */
function check(answer: Answer): void {
  const isAnswer = "data" in answer || (answer.errors?.length ?? 0) > 0;
  const odd = (answer.errors ?? []).filter(
    ({ message, extensions }) =>
      message === "" ||
      LEAK.test(message) ||
      !/^[A-Z]+(_[A-Z]+)+$/.test(extensions.code) ||
      extensions.code === "INTERNAL_SERVER_ERROR",
  );
  if (!isAnswer || odd.length > 0) expect({ ...answer, odd }).toBeUndefined();
}

async function sendOverHttp(send: RandomSend): Promise<string> {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: send.text((request) => request),
  });
  check((await response.json()) as Answer);
  if (response.status >= 500) expect(response.status).toBeLessThan(500);
  return `HTTP ${response.status}`;
}

/** A socket for one request after the other, opened anew when one has closed it. */
function createTalker() {
  let socket: WebSocket | undefined;
  let count = 0;
  const open = async () => {
    const opened = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    await new Promise((resolve) => opened.once("open", resolve));
    opened.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
    await new Promise((resolve) => opened.once("message", resolve));
    return opened;
  };
  return {
    async send(send: RandomSend): Promise<string> {
      socket ??= await open();
      const current = socket;
      count += 1;
      const id = `request ${count}`;
      const outcome = new Promise<string>((resolve) => {
        current.removeAllListeners();
        current.on("message", (data) => {
          const message = JSON.parse(String(data));
          if (message.type === "next") check(message.payload);
          if (message.type === "error") check({ errors: message.payload });
          if (message.type === "next") current.send(JSON.stringify({ type: "complete", id: message.id }));
          if (message.id === id || message.type === "pong") resolve(message.type);
        });
        current.on("close", (code) => {
          socket = undefined;
          resolve(`closed ${code}`);
        });
      });
      current.send(send.text((payload) => ({ type: "subscribe", id, payload })));
      // Perhaps nothing that anybody answers: then this is, if the socket is still open.
      if (send.wrecked) current.send(JSON.stringify({ type: "ping" }));
      return outcome;
    },
    close: () => socket?.close(),
  };
}

test(`${REQUESTS.toLocaleString("en")} of them`, async () => {
  const sends = fc.sample(randomSend, { numRuns: REQUESTS, seed: SEED });
  const outcomes = new Map<string, number>();
  const talkers = Array.from({ length: AT_ONCE }, createTalker);
  const sendAll = async (part: RandomSend[]) => {
    let next = 0;
    await Promise.all(
      talkers.map(async (talker) => {
        for (let send = part[next++]; send !== undefined; send = part[next++]) {
          const outcome = await (next % 2 === 0 ? sendOverHttp(send) : talker.send(send));
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }),
    );
  };

  await sendAll(sends.slice(0, REQUESTS / 2));
  const halfway = heapInUse();
  await sendAll(sends.slice(REQUESTS / 2));
  const added = heapInUse() - halfway;
  process.stdout.write(
    `${REQUESTS} requests, ${Math.round(added / 1024)} KiB of heap added by the second half: ${JSON.stringify(Object.fromEntries(outcomes))}\n`,
  );
  expect(added).toBeLessThan(SPARE_HEAP);

  const closings = [...outcomes.keys()].filter((outcome) => outcome.startsWith("closed"));
  expect(CLOSED_FOR_IT.map((code) => `closed ${code}`)).toEqual(expect.arrayContaining(closings));
  const query = { query: "{ viewer { role } }" };
  for (const [, ask] of DOORS) expect(await ask(server, query, token)).toEqual({ data: { viewer: { role: "OWNER" } } });
  for (const talker of talkers) talker.close();
}, 300_000);

/** Once all that can be let go of is gone, in bytes. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
