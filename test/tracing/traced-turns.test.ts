// What a trace shows of a turn, held against the turn's rows.
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { AgentSessionEntity } from "../../src/agents/agent-session.entity";
import { totalTokens } from "../../src/agents/token-usage";
import { publicId } from "../../src/ids";
import { type SimulatorScript, simulate } from "../../src/simulators/script";
import type { SimulatedObservation, SimulatedTrace } from "../../src/simulators/simulated-traces";
import { post } from "../support/test-client";
import { configureKeys, observationsOf, outlineOf, startTracedServer, type TracedServer } from "./traced-server";

let traced: TracedServer;

beforeAll(async () => {
  traced = await startTracedServer();
  await configureKeys(traced.server);
});

afterAll(() => traced.close());

const usage = (input: number, output: number, more: object = {}) => ({ usage: { input, output, ...more } });

const TASK: SimulatorScript = [
  [usage(30, 3), { tool: "list_dates", arguments: { from: "2026-11-23", to: "2026-11-24" } }],
  [usage(40, 20, { reasoning: 16 }), { text: "The plan." }],
];

const message = simulate([
  [
    usage(100, 10),
    { text: "Let me look. " },
    { tool: "current_time", arguments: {} },
    { tool: "delegate", arguments: { buddy: "campaign", task: simulate(TASK) } },
  ],
  [usage(50, 5), { text: "All done." }],
]);

async function rowsOf(trace: SimulatedTrace): Promise<AgentSessionEntity[]> {
  const repository = traced.server.dataSource.getRepository(AgentSessionEntity);
  return repository.find({ where: { traceId: trace.id }, order: { startedAt: "ASC", id: "ASC" } });
}

const ofType = (type: string, observations: readonly SimulatedObservation[]) =>
  observations.filter((observation) => observation.type === type);

test("one trace a turn: an agent a session, a generation a model call, a tool a tool call, delegations nested", async () => {
  const trace = await traced.trace({ message });
  expect(outlineOf(trace.observations)).toEqual([
    [
      "AGENT orchestrator",
      [
        "GENERATION model call",
        "TOOL current_time",
        ["TOOL delegate", [["AGENT campaign", ["GENERATION model call", "TOOL list_dates", "GENERATION model call"]]]],
        "GENERATION model call",
      ],
    ],
  ]);
  const [row] = await rowsOf(trace);
  expect(trace).toMatchObject({
    name: "orchestrator",
    userId: publicId("user", row?.userId ?? ""),
    sessionId: publicId("thread", row?.threadId ?? ""),
    environment: "development",
    metadata: { workspace: "acme", request: row?.requestId },
  });
});

test.each([
  ["metered throughout", { orchestrator: "METERED", campaign: "METERED" }],
  [
    "on the workspace's Claude key, delegating to one on its OpenAI key",
    { orchestrator: "BYOK_CLAUDE", campaign: "BYOK_OPENAI" },
  ],
  ["on the workspace's OpenAI key, delegating to a metered one", { orchestrator: "BYOK_OPENAI", campaign: "METERED" }],
])("%s: model, usage, mode and payer are those of the rows", async (_name, modes) => {
  const buddyModels = Object.entries(modes).map(([buddy, mode]) => ({ buddy, mode }));
  const trace = await traced.trace({ message, buddyModels });
  const rows = await rowsOf(trace);
  const agents = ofType("AGENT", observationsOf(trace));
  expect(agents.map(({ name }) => name)).toEqual(rows.map(({ buddySlug }) => buddySlug));
  expect(rows.map(({ route }) => route.mode)).toEqual([modes.orchestrator, modes.campaign]);

  for (const [index, row] of rows.entries()) {
    const { mode, payer, modelId } = row.route;
    const agent = agents[index];
    expect(agent?.metadata).toMatchObject({
      session: publicId("session", row.id),
      buddy: row.buddySlug,
      mode,
      payer,
      status: "COMPLETED",
      usage: row.usage,
      usageSource: "REPORTED",
    });
    const generations = ofType("GENERATION", agent?.children ?? []);
    expect(
      generations.map((generation) => [generation.model, generation.metadata.mode, generation.metadata.payer]),
    ).toEqual([1, 2].map(() => [modelId, mode, payer]));
    const sum = (name: string) => generations.reduce((total, generation) => total + (generation.usage?.[name] ?? 0), 0);
    expect({
      inputTokens: sum("input"),
      cacheReadTokens: sum("input_cache_read"),
      cacheWriteTokens: sum("input_cache_creation"),
      outputTokens: sum("output") + sum("output_reasoning"),
      total: sum("total"),
    }).toEqual({
      inputTokens: row.usage.inputTokens,
      cacheReadTokens: row.usage.cacheReadTokens,
      cacheWriteTokens: row.usage.cacheWriteTokens,
      outputTokens: row.usage.outputTokens,
      total: totalTokens(row.usage),
    });
    const toldReasoning = generations.some((generation) => generation.usage?.output_reasoning !== undefined);
    expect(toldReasoning).toBe(row.usage.reasoningTokens !== null);
  }
});

test("the trace of a session that fell back says so", async () => {
  const buddyModels = [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }];
  const trace = await traced.trace({ message: "Hello", buddyModels }, { workspaceId: "keyless" });
  expect(observationsOf(trace).map(({ type, metadata }) => [type, metadata.mode, metadata.fallbackReason])).toEqual([
    ["AGENT", "METERED", "KEY_MISSING"],
    ["GENERATION", "METERED", "KEY_MISSING"],
  ]);
});

test("a generation says what was asked and answered, and when the answer began", async () => {
  const trace = await traced.trace({ message });
  const [agent, first, tool] = observationsOf(trace);
  expect(agent).toMatchObject({ input: message, output: "Let me look. All done." });
  expect(first).toMatchObject({
    input: [
      { role: "system", content: expect.stringContaining("orchestrator") },
      { role: "user", content: [{ type: "text", text: message }] },
    ],
    output: {
      role: "assistant",
      content: [
        { type: "text", text: "Let me look. " },
        { type: "tool-call", name: "current_time", arguments: {} },
        { type: "tool-call", name: "delegate", arguments: { buddy: "campaign" } },
      ],
    },
    modelParameters: { max_tokens: expect.any(Number) },
    metadata: { finishReason: "TOOL_CALLS", providerFinishReason: "tool_use" },
  });
  const begun = Date.parse(first?.completionStartedAt ?? "");
  expect(begun).toBeGreaterThanOrEqual(Math.floor(first?.startedAt ?? Number.NaN));
  expect(begun).toBeLessThanOrEqual(Math.ceil(first?.endedAt ?? Number.NaN));
  expect(tool).toMatchObject({ name: "current_time", input: {}, output: expect.anything(), level: "DEFAULT" });
});

test("whoever asked is an id: neither a name nor an address is sent", async () => {
  const trace = await traced.trace({ message: "Hello" }, { name: "Ada Lovelace", email: "ada@example.com" });
  expect(trace.userId).toMatch(/^usr_[0-9a-f]{32}$/);
  expect(JSON.stringify(traced.langfuse.traces.spans)).not.toMatch(/Ada|Lovelace|example\.com/);
});

test("nothing else traces the turn: a generation a request, and no trace header goes upstream", async () => {
  const { anthropic, openAi } = traced.server;
  for (const { journal } of [anthropic, openAi]) journal.clear();
  const buddyModels = [{ buddy: "campaign", mode: "BYOK_OPENAI" }];
  const trace = await traced.trace({ message, buddyModels });
  const calls = [...anthropic.journal.messages(), ...openAi.journal.messages()];
  expect(calls).toHaveLength(4);
  expect(ofType("GENERATION", observationsOf(trace))).toHaveLength(4);
  expect(observationsOf(trace)).toHaveLength(traced.langfuse.traces.spans.filter((s) => s.traceId === trace.id).length);
  const headers = new Set(calls.flatMap(({ headerNames }) => headerNames));
  expect(headers).toContain("content-type");
  expect([...headers].filter((name) => /^(traceparent|tracestate|baggage)$/.test(name))).toEqual([]);
});

const SESSIONS = "{ workspace { agentSessions(first: 1) { nodes { traceId traceUrl } } } }";

test.each([
  ["admins", "ADMIN", true],
  ["owners", "OWNER", true],
  ["members", "MEMBER", false],
] as const)("%s: the session has its trace's id, and a link only for who may look", async (_name, role, linked) => {
  const who = { subject: `a-${role}`, workspaceId: `of-${role}`, role };
  const trace = await traced.trace({ message: "Hello" }, who);
  const { data } = await post(traced.server.url, await traced.server.token(who), SESSIONS);
  const traceUrl = `${traced.langfuse.url}/trace/${trace.id}`;
  expect(data.workspace.agentSessions.nodes).toEqual([{ traceId: trace.id, traceUrl: linked ? traceUrl : null }]);
  expect(await (await fetch(traceUrl)).json()).toEqual(trace);
});

test("a delegated session is in its turn's trace", async () => {
  const trace = await traced.trace({ message });
  const [turn, delegated] = await rowsOf(trace);
  expect(delegated).toMatchObject({ parentId: turn?.id, traceId: turn?.id.replaceAll("-", "") });
});
