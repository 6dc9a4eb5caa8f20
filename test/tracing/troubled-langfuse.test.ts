// Tracing looks on: whatever Langfuse does, turns complete, nothing waits for it for long, and what is lost is said once.
import { expect, test } from "@jest/globals";

import type { LangfuseSimulator } from "../../src/simulators/langfuse-simulator";
import { startTestServer } from "../support/test-server";
import { startTracedServer, type TracedServer } from "./traced-server";

const TURNS = 8;

async function runTurns({ ask }: Pick<TracedServer, "ask">): Promise<string[]> {
  const turns = await Promise.all(Array.from({ length: TURNS }, () => ask({ message: "Hello" })));
  return turns.map((events) => events.at(-1).session.status);
}

const completed = Array.from({ length: TURNS }, () => "COMPLETED");

const isLoss = (line: { msg: string }) => line.msg.startsWith("traces are lost");

const TROUBLES: [string, (langfuse: LangfuseSimulator) => unknown, string | number][] = [
  ["never answers", (langfuse) => langfuse.behave("hang"), "NO_ANSWER"],
  ["answers 503", (langfuse) => langfuse.behave("refuse"), "NO_ANSWER"],
  ["is not there", (langfuse) => langfuse.close(), "ECONNREFUSED"],
];

test.each(TROUBLES)(
  "Langfuse %s: turns complete, the server stops, and the log says what was lost",
  async (_name, trouble, reason) => {
    const traced = await startTracedServer();
    const { server, langfuse } = traced;
    await trouble(langfuse);
    expect(await runTurns(traced)).toEqual(completed);
    // Waits for what Langfuse never takes, were it not for the bound on it.
    await traced.close();
    const losses = server.logs.filter(isLoss);
    expect(losses).toEqual([
      expect.objectContaining({ level: "warn", dropped: 0, failed: expect.any(Number), reason }),
    ]);
    expect(langfuse.traces.ids).toEqual([]);
  },
);

test("Langfuse does not know the keys: turns complete, and the log says so", async () => {
  const traced = await startTracedServer({ LANGFUSE_SECRET_KEY: "sk-lf-of-somebody-else" });
  expect(await runTurns(traced)).toEqual(completed);
  await traced.server.logged((line) => isLoss(line) && line.reason === 401);
  await traced.close();
  expect(JSON.stringify(traced.server.logs)).not.toContain("somebody-else");
});

test("Langfuse goes away and comes back: what ends afterwards is traced", async () => {
  const traced = await startTracedServer();
  traced.langfuse.behave("refuse");
  await runTurns(traced);
  await traced.server.logged(isLoss);
  traced.langfuse.behave("answer");
  const trace = await traced.trace({ message: "Hello" });
  expect(trace.observations).toHaveLength(1);
  await traced.close();
});

test("what has ended when the server stops is still sent", async () => {
  const traced = await startTracedServer();
  expect(await runTurns(traced)).toEqual(completed);
  await traced.server.close();
  expect(traced.langfuse.traces.ids).toHaveLength(TURNS);
  await traced.langfuse.close();
});

test("without Langfuse a session has no trace", async () => {
  const server = await startTestServer();
  const rows = async () => server.dataSource.query("SELECT trace_id FROM agent_sessions");
  expect(await rows()).toEqual([]);
  await server.close();
});
