// The console's own view of a turn, grown from the events of a real one.
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { foldTurn, isRunning, type TurnView, turnOf } from "../../src/console/fold-turn";
import { ChatDocument, LatestTurnsDocument, type StreamedEventFragment } from "../../src/console/generated/graphql";
import { simulate } from "../../src/simulators/script";
import { newWorkspace } from "../graphql/test-workspace";
import { collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

const MESSAGE = simulate([
  [{ text: "Let me look. " }, { tool: "current_time", arguments: { timeZone: "UTC" } }],
  [{ tool: "delegate", arguments: { buddy: "campaign", task: simulate([[{ text: "The plan." }]]) } }],
  [{ text: "Here it is." }],
]);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test("event by event, and again from the first, it becomes what the server has kept", async () => {
  const { token, ask } = await newWorkspace(server).member();
  const client = connect(server.url, token);
  const input = { message: MESSAGE };
  const events: StreamedEventFragment[] = await collect(streamOf(client, ChatDocument.toString(), { input }));
  await client.dispose();

  let view: TurnView | null = null;
  const texts: (string | undefined)[] = [];
  // A reconnect begins again in the middle.
  const half = events.slice(0, Math.ceil(events.length / 2));
  for (const event of [...half, ...events]) {
    view = foldTurn(view, event);
    texts.push(view?.sessions[view.id]?.session.text);
  }
  if (view === null) throw new Error("nothing came of the events");
  expect(view.events).toEqual(events);
  expect(isRunning(view)).toBe(false);
  expect(texts.filter((text, index) => index > 0 && !text?.startsWith(texts[index - 1] ?? ""))).toEqual([]);
  expect(texts).toContain("Let me look. ");

  const filter = { threadId: view.threadId, topLevelOnly: true };
  const [kept] = (await ask(LatestTurnsDocument.toString(), { filter })).workspace.agentSessions.nodes;
  const { events: _events, ...grown } = view;
  const { events: _none, ...read } = turnOf(kept);
  expect(grown).toEqual(read);
  expect(Object.keys(grown.sessions)).toHaveLength(2);
});

test("before a turn has begun there is nothing to show", () => {
  const delta = {
    __typename: "TextDelta",
    sequence: 2,
    at: "",
    sessionId: "ses_1",
    buddy: "a",
    blockId: "1",
    delta: "x",
  };
  expect(foldTurn(null, delta as StreamedEventFragment)).toBeNull();
});

test("an event of a type that the console does not know changes nothing of what it shows", () => {
  const session = { id: "ses_1", threadId: "thr_1", text: "So far" };
  const about = { at: "", sessionId: "ses_1", buddy: "a" };
  const started = { __typename: "TurnStarted", sequence: 1, ...about, session };
  const unknown = { __typename: "TurnApplauded", sequence: 2, ...about };
  const before = foldTurn(null, started as unknown as StreamedEventFragment);
  const after = foldTurn(before, unknown as unknown as StreamedEventFragment);
  expect(after?.sessions).toEqual(before?.sessions);
});
