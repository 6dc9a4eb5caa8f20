// Every way in which a provider breaks, at every moment, on every account, through the running server. All turns run at once: most
// of their time is spent in pauses before further tries.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import type { TurnErrorCode } from "../../src/errors";
import { type SimulatedAction, type SimulatedFault, simulate } from "../../src/simulators/script";
import type { JournalEntry } from "../../src/simulators/simulator-journal";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

const MODES = ["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"] as const;
const SAID = "Half an ans";

/** What comes before the fault, and how often the call is made. */
const MOMENTS = {
  "before its first byte": { opening: [], calls: 3 },
  "before its first output": { opening: [{ block: "text" }], calls: 3 },
  "after its first output": { opening: [{ text: SAID }], calls: 1 },
} satisfies Record<string, { opening: SimulatedAction[]; calls: number }>;
type Moment = keyof typeof MOMENTS;

const BROKEN: Record<Moment, TurnErrorCode> = {
  "before its first byte": "PROVIDER_STREAM_BROKEN",
  "before its first output": "PROVIDER_STREAM_BROKEN",
  "after its first output": "PROVIDER_STREAM_BROKEN",
};
const FAULTS: Partial<Record<SimulatedFault, Record<Moment, TurnErrorCode>>> = {
  "early-end": BROKEN,
  garbage: BROKEN,
  // Without a byte of an answer, the provider itself is what is missing.
  reset: { ...BROKEN, "before its first byte": "PROVIDER_UNAVAILABLE" },
  stall: { ...BROKEN, "before its first byte": "PROVIDER_UNAVAILABLE" },
  "error-event": {
    ...BROKEN,
    "before its first byte": "PROVIDER_UNAVAILABLE",
    "before its first output": "PROVIDER_UNAVAILABLE",
  },
};

const CASES = MODES.flatMap((mode) =>
  Object.entries(FAULTS).flatMap(([fault, codes]) =>
    Object.entries(codes).map(([moment, code]) => ({
      mode,
      fault: fault as SimulatedFault,
      moment: moment as Moment,
      code,
    })),
  ),
);

const servers: TestServer[] = [];
const clients: Client[] = [];
const turns = new Map<string, ReturnType<typeof collect>>();

beforeAll(async () => {
  const limits = { LIMIT_SUBSCRIPTIONS_PER_SOCKET: "100" };
  // Three seconds without a byte are a stall on one server only: on a busy machine any answer could take so long.
  servers.push(await startTestServer(limits));
  servers.push(await startTestServer({ ...limits, LIMIT_PROVIDER_SILENCE_SECONDS: "3" }));
  for (const server of servers) {
    const token = await server.token();
    for (const [provider, apiKey] of [
      ["CLAUDE", "sk-ant-api03-of-the-workspace-x4Qz"],
      ["OPENAI", "sk-proj-of-the-workspace-Tt77"],
    ]) {
      const configure = `mutation ($provider: LlmProvider!, $apiKey: String!) {
        configureProvider(input: { provider: $provider, apiKey: $apiKey }) { userErrors { code } } }`;
      const { data } = await post(server.url, token, configure, { provider, apiKey });
      expect(data.configureProvider.userErrors).toEqual([]);
    }
    clients.push(connect(server.url, token));
  }
  for (const { mode, fault, moment } of CASES) {
    const script = [...MOMENTS[moment].opening, { fault }, { text: "never said" }];
    begin(fault === "stall" ? 1 : 0, nameOf(mode, fault, moment), mode, script);
  }
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  await Promise.all(servers.map((server) => server.close()));
});

const nameOf = (mode: string, fault: string, moment: string) => `${mode}, ${fault} ${moment}:`;

function begin(server: number, name: string, mode: string, script: SimulatedAction[]): ReturnType<typeof collect> {
  const client = clients[server];
  if (client === undefined) throw new Error("there is no such server");
  const input = {
    message: `${name} ${simulate([script])}`,
    buddyModels: [{ buddy: "orchestrator", mode }],
  };
  const turn = collect(streamOf(client, CHAT_TURN, { input }));
  turn.catch(() => undefined); // told by the test that waits for it
  turns.set(name, turn);
  return turn;
}

const journals = () => servers.flatMap(({ anthropic, openAi }) => [anthropic.journal, openAi.journal]);

/** Resolves when the provider has seen the end of the call. */
const ended = (call: JournalEntry) =>
  Promise.race(journals().map((journal) => journal.waitFor((entry) => entry === call && entry.outcome !== "running")));

const callsOf = (name: string) =>
  journals()
    .flatMap((journal) => journal.messages())
    .filter((call) => JSON.stringify(call.body).includes(name));

test.each(CASES)("$mode, $fault $moment: $code, and never completed", async ({ mode, fault, moment, code }) => {
  const { calls } = MOMENTS[moment];
  const name = nameOf(mode, fault, moment);
  const events = (await turns.get(name)) ?? [];

  const end = events.at(-1);
  expect(events.filter((event) => /^Turn(Failed|Finished)$/.test(event.__typename))).toEqual([end]);
  expect(end).toMatchObject({
    __typename: "TurnFailed",
    error: { code, retryable: true, retryAfterSeconds: null },
    session: {
      status: "FAILED",
      finishReason: null,
      text: calls === 1 ? SAID : "",
      route: { mode, payer: mode === "METERED" ? "WAYPATH" : "WORKSPACE" },
    },
  });
  expect(end.session.error).toEqual(end.error);
  expect(callsOf(name)).toHaveLength(calls);
  const notices = events.filter((event) => event.__typename === "TurnNotice").map((event) => event.code);
  expect(notices).toEqual(Array(calls - 1).fill("RETRYING"));
  // No connection is left waiting, though a provider that only stalls would wait for ever.
  for (const call of callsOf(name)) await ended(call);
});

test.each(MODES)("%s, packets of one byte: completed, once, and every byte is what was said", async (mode) => {
  const text = "Grüße, 世界 👩‍👩‍👧 – naïve “quotes”\n\ndata: {}\r\n\r\nevent: error\n";
  const name = `${mode}, one byte:`;
  const events = await begin(0, name, mode, [{ packetBytes: 1 }, { text, every: 3 }]);
  expect(events.at(-1)).toMatchObject({ __typename: "TurnFinished", session: { status: "COMPLETED", text } });
  const deltas = events.filter((event) => event.__typename === "TextDelta").map((event) => event.delta);
  expect(deltas.join("")).toBe(text);
  expect(callsOf(name)).toHaveLength(1);
  expect(events.filter((event) => event.__typename === "TurnNotice")).toEqual([]);
});
