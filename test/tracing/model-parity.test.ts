// "Every generation in the trace carries the same model id as its row", over 200 turns of every kind.
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { AgentSessionEntity } from "../../src/agents/agent-session.entity";
import { publicId } from "../../src/ids";
import { simulate } from "../../src/simulators/script";
import type { SimulatedObservation } from "../../src/simulators/simulated-traces";
import { configureKeys, observationsOf, startTracedServer, type TracedServer, traceIdOf } from "./traced-server";

const TURNS = 200;
/** Turns under way at once. */
const AT_ONCE = 10;
const MODES = ["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"] as const;

let traced: TracedServer;

beforeAll(async () => {
  traced = await startTracedServer({ LOG_LEVEL: "warn" });
  await configureKeys(traced.server);
});

afterAll(() => traced.close());

const PLAIN = simulate([[{ text: "Hello." }]]);
const WITH_TOOL = simulate([[{ tool: "current_time", arguments: {} }], [{ text: "Now." }]]);
const DELEGATING = simulate([
  [{ tool: "delegate", arguments: { buddy: "campaign", task: WITH_TOOL } }],
  [{ text: "Done." }],
]);

/** Every pair of modes with every kind of turn, in turn. Resolves with the trace's id. */
async function runTurn(index: number): Promise<string> {
  const mode = MODES[index % 3];
  const delegatedMode = MODES[Math.floor(index / 3) % 3];
  const message = [PLAIN, WITH_TOOL, DELEGATING][Math.floor(index / 9) % 3] ?? PLAIN;
  const buddyModels = [
    { buddy: "orchestrator", mode },
    { buddy: "campaign", mode: delegatedMode },
  ];
  const events = await traced.ask({ message, buddyModels });
  expect(events.at(-1)).toMatchObject({ __typename: "TurnFinished", session: { status: "COMPLETED" } });
  return traceIdOf(events[0].sessionId);
}

test(`every generation in the trace carries the same model id as its row: ${TURNS} mixed turns`, async () => {
  const traceIds: string[] = [];
  for (let index = 0; index < TURNS; index += AT_ONCE) {
    traceIds.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => runTurn(index + lane)))));
  }
  const rows = await traced.server.dataSource.getRepository(AgentSessionEntity).find();
  const traces = await Promise.all(traceIds.map((traceId) => traced.langfuse.traces.whole(traceId)));
  const agents = new Map(
    traces
      .flatMap(observationsOf)
      .filter(({ type }) => type === "AGENT")
      .map((agent) => [agent.metadata.session, agent]),
  );
  const generationsOf = (agent: SimulatedObservation | undefined) =>
    (agent?.children ?? []).filter(({ type }) => type === "GENERATION");

  const counts = { sessions: 0, generations: 0 };
  const models = new Set<string>();
  for (const row of rows) {
    const agent = agents.get(publicId("session", row.id));
    const generations = generationsOf(agent);
    expect(generations.length).toBeGreaterThan(0);
    for (const { model } of generations) expect([row.id, model]).toEqual([row.id, row.route.modelId]);
    expect([agent?.metadata.mode, agent?.metadata.payer]).toEqual([row.route.mode, row.route.payer]);
    counts.sessions += 1;
    counts.generations += generations.length;
    models.add(row.route.modelId);
  }
  const { anthropic, openAi } = traced.server;
  expect(agents.size).toBe(rows.length);
  expect(counts.generations).toBe(anthropic.journal.messages().length + openAi.journal.messages().length);
  expect(models.size).toBe(2);
  process.stdout.write(
    `${TURNS} turns, ${counts.sessions} sessions, ${counts.generations} generations: all with their row's model id (${[...models].join(", ")})\n`,
  );
}, 300_000);
