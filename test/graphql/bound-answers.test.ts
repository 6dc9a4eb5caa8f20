// How much text one answer may hold, whatever its fields are called and wherever it comes from.
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { seedSessions } from "./seed-sessions";
import { newWorkspace, type Person } from "./test-workspace";

const MOST = 20_000;
const PROMPT = "p".repeat(4_000);

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_ANSWER_CHARACTERS: String(MOST) });
  admin = await newWorkspace(server).admin();
  await seedSessions(
    server.dataSource,
    admin,
    Array.from({ length: 10 }, () => ({ prompt: PROMPT })),
  );
});
afterAll(() => server.close());

const page = (first: number, fields: string) =>
  `{ workspace { agentSessions(first: ${first}) { nodes { ${fields} } } } }`;
const TOO_LONG = {
  message: "The answer has more than 20,000 characters of text: ask for less at once.",
  extensions: { code: "BAD_USER_INPUT" },
};

test("a page with as much text as there may be is answered, and one with more ends with a clear error", async () => {
  const { workspace } = await admin.ask(page(5, "prompt"));
  expect(workspace.agentSessions.nodes).toHaveLength(5);
  const refused = await admin.answer(page(6, "prompt"));
  expect(refused).toMatchObject({ data: null, errors: [TOO_LONG] });
});

test("a text counts under each of its names", async () => {
  expect((await admin.answer(page(3, "a: prompt b: prompt"))).errors).toMatchObject([TOO_LONG]);
});

test("each answer counts for itself", async () => {
  for (let time = 0; time < 3; time += 1) await admin.ask(page(5, "prompt"));
});

test("each event of a stream is an answer: a long turn is told to its end", async () => {
  const client = connect(server.url, admin.token);
  const message = simulate([[{ repeat: "word ", times: 3_000 }]]);
  const events = await collect(streamOf(client, CHAT_TURN, { input: { message } }));
  await client.dispose();
  expect(events.at(-1)).toMatchObject({ __typename: "TurnFinished", session: { text: "word ".repeat(3_000) } });
});
