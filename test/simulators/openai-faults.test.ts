import { expect, test } from "@jest/globals";
import OpenAI from "openai";
import type { SimulatedAction, SimulatedFault } from "../../src/simulators/script";
import { STALL_MS } from "../support/busy-machine";
import { errorOf } from "./simulated-client";
import { apiError, asking, eventsOf, scripted, simulatedOpenAi, textOf } from "./simulated-openai-client";

test("early-end: the stream ends without an error, and without its end marker", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const { events, error } = await eventsOf(
    client,
    scripted([{ text: "so far" }, { fault: "early-end" }, { text: " never" }]),
  );
  expect(error).toBeNull();
  expect(textOf(events)).toBe("so far");
  expect(events.at(-1)?.type).toBe("response.output_text.delta");
  await simulator.journal.waitFor((entry) => entry.outcome === "completed");
});

test("reset: what was written arrives, then the connection breaks", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const { events, error } = await eventsOf(client, scripted([{ text: "so far" }, { fault: "reset" }]));
  expect(textOf(events)).toBe("so far");
  expect(String(error)).toBe("TypeError: terminated");
  await simulator.journal.waitFor((entry) => entry.outcome === "completed");
});

test("error-event: the SDK throws OpenAI's server error in mid-stream", async () => {
  const { client } = await simulatedOpenAi();
  const { events, error } = await eventsOf(client, scripted([{ text: "so far" }, { fault: "error-event" }]));
  expect(textOf(events)).toBe("so far");
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error).toMatchObject({ status: undefined, type: "server_error", code: "server_error", param: null });
});

test("failed-event: the SDK throws nothing, and the last event is a failed response", async () => {
  const { client } = await simulatedOpenAi();
  const { events, error } = await eventsOf(client, scripted([{ text: "so far" }, { fault: "failed-event" }]));
  expect(error).toBeNull();
  expect(textOf(events)).toBe("so far");
  expect(events.at(-1)).toMatchObject({
    type: "response.failed",
    response: { status: "failed", error: { code: "server_error", message: expect.any(String) }, usage: null },
  });
});

test("garbage: a line that is not JSON breaks the SDK's reading", async () => {
  const { client } = await simulatedOpenAi();
  const { events, error } = await eventsOf(
    client,
    scripted([{ text: "so far" }, { fault: "garbage" }, { text: "more" }]),
  );
  expect(textOf(events)).toBe("so far");
  expect(error).toBeInstanceOf(SyntaxError);
});

test("stall: nothing more comes, and the client's leaving is noticed at once", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const stream = await client.responses.create({ ...scripted([{ text: "so far" }, { fault: "stall" }]), stream: true });
  for await (const event of stream) if (event.type === "response.output_text.delta" && event.delta === " far") break;
  const leftAt = Date.now();
  const entry = await simulator.journal.waitFor((candidate) => candidate.outcome === "aborted");
  expect((entry.endedAt ?? Number.POSITIVE_INFINITY) - leftAt).toBeLessThan(STALL_MS);
});

test.each<[string, SimulatedAction[]]>([
  ["between two deltas", [{ repeat: "x", times: 1000, paceMs: 10_000 }]],
  ["while pausing", [{ pauseMs: 10_000_000 }]],
  ["while the reader is slow", [{ repeat: "x".repeat(10_000), times: 10_000 }]],
])("a client that leaves is noticed at once: %s", async (_, actions) => {
  const { client, simulator } = await simulatedOpenAi();
  const controller = new AbortController();
  await client.responses.create({ ...scripted(actions), stream: true }, { signal: controller.signal });
  expect(simulator.journal.messages()[0]?.outcome).toBe("running");
  const leftAt = Date.now();
  controller.abort();
  const entry = await simulator.journal.waitFor((candidate) => candidate.outcome === "aborted");
  expect((entry.endedAt ?? Number.POSITIVE_INFINITY) - leftAt).toBeLessThan(STALL_MS);
});

test.each<[SimulatedFault, object]>([
  ["early-end", { error: null, events: [] }],
  ["reset", { error: { message: "Connection error." }, events: [] }],
  ["error-event", { error: { type: "server_error" }, events: [] }],
  ["failed-event", { error: null, events: [{ type: "response.failed", sequence_number: 0 }] }],
  ["garbage", { error: { name: "SyntaxError" }, events: [] }],
])("%s as the first action happens before the first event", async (fault, expected) => {
  const { client } = await simulatedOpenAi();
  expect(await eventsOf(client, scripted([{ fault }]))).toMatchObject(expected);
});

test("stall as the first action sends not even the headers", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const error = await errorOf(
    client.responses.create({ ...scripted([{ fault: "stall" }]), stream: true }, { timeout: 100 }),
  );
  expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
  await simulator.journal.waitFor((entry) => entry.outcome === "aborted");
});

test.each<[SimulatedFault, object]>([
  ["reset", { message: expect.stringMatching(/Connection error|terminated/) }],
  ["error-event", { status: 500 }],
  ["garbage", { name: "SyntaxError" }],
])("%s breaks a call that does not stream too", async (fault, expected) => {
  const { client } = await simulatedOpenAi();
  expect(await errorOf(client.responses.create(scripted([{ text: "lost" }, { fault }])))).toMatchObject(expected);
});

test("failed-event gives a failed response where a call does not stream", async () => {
  const { client } = await simulatedOpenAi();
  const response = await client.responses.create(scripted([{ text: "so far" }, { fault: "failed-event" }]));
  expect(response).toMatchObject({ status: "failed", error: { code: "server_error" } });
});

test.each([
  [400, "invalid_request_error", null, OpenAI.BadRequestError],
  [401, "invalid_request_error", "invalid_api_key", OpenAI.AuthenticationError],
  [403, "invalid_request_error", null, OpenAI.PermissionDeniedError],
  [404, "invalid_request_error", null, OpenAI.NotFoundError],
  [413, "invalid_request_error", null, OpenAI.APIError],
  [418, "invalid_request_error", null, OpenAI.APIError],
  [429, "requests", "rate_limit_exceeded", OpenAI.RateLimitError],
  [500, "server_error", "server_error", OpenAI.InternalServerError],
  [502, "server_error", "server_error", OpenAI.InternalServerError],
  [503, "server_error", "server_error", OpenAI.InternalServerError],
])("status %i is answered with %s, %s", async (status, type, code, errorClass) => {
  const { client, simulator } = await simulatedOpenAi();
  const error = await apiError(client.responses.create({ ...scripted([{ status }]), stream: true }));
  expect(error).toBeInstanceOf(errorClass);
  expect(error).toMatchObject({ status, requestID: expect.stringMatching(/^req_/) });
  expect(error.error).toEqual({ message: expect.any(String), type, param: null, code });
  expect(error.headers?.get("retry-after")).toBeNull();
  await simulator.journal.waitFor((entry) => entry.outcome === "refused");
});

test.each([
  [429, "insufficient_quota", "insufficient_quota", "insufficient_quota"],
  [429, "tokens", "tokens", "rate_limit_exceeded"],
  [400, "context_length_exceeded", "invalid_request_error", "context_length_exceeded"],
  [404, "model_not_found", "invalid_request_error", "model_not_found"],
  [400, "own_type", "own_type", null],
])("status %i of type %s is an error of type %s with the code %s", async (status, given, type, code) => {
  const { client } = await simulatedOpenAi();
  const error = await apiError(client.responses.create(scripted([{ status, type: given }])));
  expect(error.error).toEqual({ message: expect.any(String), type, param: null, code });
});

test("a status may have its own message and retry-after", async () => {
  const { client } = await simulatedOpenAi();
  const error = await apiError(
    client.responses.create(scripted([{ status: 429, message: "Own words", retryAfterSeconds: 7 }])),
  );
  expect(error).toMatchObject({ status: 429, error: { message: "Own words" } });
  expect(error.headers?.get("retry-after")).toBe("7");
});

test.each([
  ["simulate:[[{]]", "it is not JSON"],
  ["simulate:[[", "its array is not closed"],
  ['simulate:[[],[{"txt":"x"}]]', "call 2: action 1: there is no such action"],
])("a script that cannot be read is a 400 that says why: %s", async (content, reason) => {
  const { client } = await simulatedOpenAi();
  const error = await apiError(client.responses.create(asking([{ role: "user", content }])));
  expect(error).toMatchObject({ status: 400, error: { message: expect.stringContaining(reason) } });
  expect(error.message).not.toContain("\n");
});
