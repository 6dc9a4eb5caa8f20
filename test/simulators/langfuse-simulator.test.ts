import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { type LangfuseSimulator, startLangfuseSimulator } from "../../src/simulators/langfuse-simulator";
import { SimulatedTraces } from "../../src/simulators/simulated-traces";

const KEYS = { publicKey: "pk-lf-1", secretKey: "sk-lf-1" };
const TRACE = "0123456789abcdef0123456789abcdef";

let simulator: LangfuseSimulator;

beforeEach(async () => {
  simulator = await startLangfuseSimulator(KEYS);
});

afterEach(() => simulator.close());

function send(body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${simulator.url}/api/public/otel/v1/traces`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from("pk-lf-1:sk-lf-1").toString("base64")}`,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

const attribute = (key: string, value: object) => ({ key, value });

function span(spanId: string, more: object = {}) {
  return {
    traceId: TRACE,
    spanId: spanId.padStart(16, "0"),
    name: `span ${spanId}`,
    kind: 1,
    startTimeUnixNano: "1795554143873000000",
    endTimeUnixNano: "1795554144873500000",
    attributes: [],
    ...more,
  };
}

const exportOf = (...spans: object[]) => ({
  resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: "langfuse-sdk" }, spans }] }],
});

test("an export becomes a trace, as a tree, for tests and for people", async () => {
  const root = span("1", {
    attributes: [
      attribute("langfuse.trace.name", { stringValue: "campaign" }),
      attribute("user.id", { stringValue: "usr_1" }),
      attribute("session.id", { stringValue: "thr_1" }),
      attribute("langfuse.trace.metadata.workspace", { stringValue: "acme" }),
      attribute("langfuse.observation.type", { stringValue: "agent" }),
      attribute("langfuse.observation.input", { stringValue: '{"a":1}' }),
      attribute("langfuse.observation.output", { stringValue: "no JSON" }),
    ],
  });
  const child = span("2", {
    parentSpanId: root.spanId,
    attributes: [
      attribute("langfuse.observation.type", { stringValue: "generation" }),
      attribute("langfuse.observation.level", { stringValue: "ERROR" }),
      attribute("langfuse.observation.model.name", { stringValue: "gpt-4o-mini" }),
      attribute("langfuse.observation.usage_details", { stringValue: '{"input":3}' }),
      attribute("langfuse.observation.metadata.count", { intValue: 2 }),
    ],
  });
  const answer = await send(exportOf(child, root));
  expect([answer.status, await answer.json()]).toEqual([200, {}]);

  const trace = await simulator.traces.whole(TRACE);
  expect(trace).toMatchObject({
    id: TRACE,
    name: "campaign",
    userId: "usr_1",
    sessionId: "thr_1",
    metadata: { workspace: "acme" },
    observations: [
      {
        type: "AGENT",
        input: { a: 1 },
        output: "no JSON",
        level: "DEFAULT",
        startedAt: 1795554143873,
        endedAt: 1795554144873.5,
        children: [
          {
            type: "GENERATION",
            level: "ERROR",
            model: "gpt-4o-mini",
            usage: { input: 3 },
            metadata: { count: 2 },
            input: null,
          },
        ],
      },
    ],
  });
  for (const page of [`trace/${TRACE}`, `_simulator/traces/${TRACE}`]) {
    expect(await (await fetch(`${simulator.url}/${page}`)).json()).toEqual(trace);
  }
  expect(await (await fetch(`${simulator.url}/_simulator/traces`)).json()).toEqual({ traces: [TRACE] });
});

test.each<[string, unknown, number]>([
  ["no list of resources", {}, 400],
  ["a list that is none", { resourceSpans: {} }, 400],
  ["attributes that are no list", exportOf(span("1", { attributes: { a: 1 } })), 400],
  ["an attribute of the wrong type", exportOf(span("1", { attributes: [attribute("a", { intValue: "1" })] })), 400],
  ["a trace id that is none", exportOf(span("1", { traceId: 5 })), 400],
  ["no span id", exportOf(span("1", { spanId: undefined })), 400],
  ["no JSON", "{", 400],
  ["nothing to keep", { resourceSpans: [] }, 200],
])("an export with %s: %#", async (_name, body, status) => {
  expect((await send(body)).status).toBe(status);
  expect(simulator.traces.ids).toEqual([]);
});

test.each([
  ["no keys", ""],
  ["another secret key", `Basic ${Buffer.from("pk-lf-1:sk-lf-2").toString("base64")}`],
  ["a bearer token", "Bearer sk-lf-1"],
])("%s: 401", async (_name, authorization) => {
  expect((await send(exportOf(span("1")), { authorization })).status).toBe(401);
  expect(simulator.traces.ids).toEqual([]);
});

test("another content type and another path are refused", async () => {
  expect((await send(exportOf(span("1")), { "content-type": "application/x-protobuf" })).status).toBe(400);
  expect((await fetch(`${simulator.url}/api/public/ingestion`, { method: "POST" })).status).toBe(404);
  expect((await fetch(`${simulator.url}/trace/${TRACE}`)).status).toBe(404);
});

test("it refuses, hangs and answers as it is told, from here or from another process", async () => {
  simulator.behave("refuse");
  expect((await send(exportOf(span("1")))).status).toBe(503);

  const behave = (behaviour: string) =>
    fetch(`${simulator.url}/_simulator/behaviour`, { method: "POST", body: JSON.stringify({ behave: behaviour }) });
  expect((await behave("hang")).status).toBe(204);
  const leaving = new AbortController();
  const hanging = send(exportOf(span("1")), {}, leaving.signal).catch((error: Error) => error.name);
  await simulator.journal.waitFor((entry) => entry.outcome === "running");
  leaving.abort();
  expect(await hanging).toBe("AbortError");
  await simulator.journal.waitFor((entry) => entry.outcome === "aborted");

  expect((await behave("sulk")).status).toBe(400);
  expect((await behave("answer")).status).toBe(204);
  expect((await send(exportOf(span("1")))).status).toBe(200);
  expect(simulator.journal.requests.map(({ outcome }) => outcome)).toEqual(["refused", "aborted", "completed"]);
});

test("it keeps the latest 20,000 traces", () => {
  const traces = new SimulatedTraces();
  const ids = Array.from({ length: 20_005 }, (_, index) => index.toString(16).padStart(32, "0"));
  for (const traceId of ids) {
    traces.add([
      { traceId, spanId: "1", parentSpanId: null, name: "", startedAt: 0, endedAt: 0, attributes: {}, resource: {} },
    ]);
  }
  expect(traces.ids).toEqual(ids.slice(5));
});
