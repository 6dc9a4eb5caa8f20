import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "@jest/globals";
import type { SimulatedAction, SimulatedFault } from "../../src/simulators/script";
import { STALL_MS } from "../support/busy-machine";
import { apiError, asking, errorOf, eventsOf, scripted, simulatedAnthropic, textOf } from "./simulated-client";

test("early-end: the stream ends without an error, and without its end marker", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const { events, error } = await eventsOf(
    client,
    scripted([{ text: "so far" }, { fault: "early-end" }, { text: " never" }]),
  );
  expect(error).toBeNull();
  expect(textOf(events)).toBe("so far");
  expect(events.at(-1)?.type).toBe("content_block_delta");
  await simulator.journal.waitFor((entry) => entry.outcome === "completed");
});

test("reset: what was written arrives, then the connection breaks", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const { events, error } = await eventsOf(client, scripted([{ text: "so far" }, { fault: "reset" }]));
  expect(textOf(events)).toBe("so far");
  expect(String(error)).toBe("TypeError: terminated");
  await simulator.journal.waitFor((entry) => entry.outcome === "completed");
});

test.each(["error-event", "failed-event"] as const)(
  "%s: the SDK throws Anthropic's overloaded error in mid-stream",
  async (fault) => {
    const { client } = await simulatedAnthropic();
    const { events, error } = await eventsOf(client, scripted([{ text: "so far" }, { fault }]));
    expect(textOf(events)).toBe("so far");
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ status: undefined, type: "overloaded_error", apiMessage: "Overloaded" });
  },
);

test("garbage: a line that is not JSON breaks the SDK's reading", async () => {
  const { client } = await simulatedAnthropic();
  const { events, error } = await eventsOf(
    client,
    scripted([{ text: "so far" }, { fault: "garbage" }, { text: "more" }]),
  );
  expect(textOf(events)).toBe("so far");
  expect(error).toBeInstanceOf(SyntaxError);
});

test("stall: nothing more comes, and the client's leaving is noticed at once", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const stream = await client.messages.create({ ...scripted([{ text: "so far" }, { fault: "stall" }]), stream: true });
  for await (const event of stream)
    if (event.type === "content_block_delta" && event.delta.type === "text_delta" && event.delta.text === " far") break;
  const leftAt = Date.now();
  const entry = await simulator.journal.waitFor((candidate) => candidate.outcome === "aborted");
  expect((entry.endedAt ?? Number.POSITIVE_INFINITY) - leftAt).toBeLessThan(STALL_MS);
});

test.each<[string, SimulatedAction[]]>([
  ["between two deltas", [{ repeat: "x", times: 1000, paceMs: 10_000 }]],
  ["while pausing", [{ pauseMs: 10_000_000 }]],
  ["while the reader is slow", [{ repeat: "x".repeat(10_000), times: 10_000 }]],
])("a client that leaves is noticed at once: %s", async (_, actions) => {
  const { client, simulator } = await simulatedAnthropic();
  const controller = new AbortController();
  await client.messages.create({ ...scripted(actions), stream: true }, { signal: controller.signal });
  expect(simulator.journal.messages()[0]?.outcome).toBe("running");
  const leftAt = Date.now();
  controller.abort();
  const entry = await simulator.journal.waitFor((candidate) => candidate.outcome === "aborted");
  expect((entry.endedAt ?? Number.POSITIVE_INFINITY) - leftAt).toBeLessThan(STALL_MS);
});

test.each<[SimulatedFault, object]>([
  ["early-end", { error: null, events: [] }],
  ["reset", { error: { message: "Connection error." }, events: [] }],
  ["error-event", { error: { type: "overloaded_error" }, events: [] }],
  ["garbage", { error: { name: "SyntaxError" }, events: [] }],
])("%s as the first action happens before the first event", async (fault, expected) => {
  const { client } = await simulatedAnthropic();
  expect(await eventsOf(client, scripted([{ fault }]))).toMatchObject(expected);
});

test("stall as the first action sends not even the headers", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const error = await errorOf(
    client.messages.create({ ...scripted([{ fault: "stall" }]), stream: true }, { timeout: 100 }),
  );
  expect(error).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
  await simulator.journal.waitFor((entry) => entry.outcome === "aborted");
});

test.each<[SimulatedFault, object]>([
  ["reset", { message: expect.stringMatching(/Connection error|terminated/) }],
  ["error-event", { status: 529 }],
  ["garbage", { name: "SyntaxError" }],
])("%s breaks a call that does not stream too", async (fault, expected) => {
  const { client } = await simulatedAnthropic();
  expect(await errorOf(client.messages.create(scripted([{ text: "lost" }, { fault }])))).toMatchObject(expected);
});

test.each([
  [400, "invalid_request_error", Anthropic.BadRequestError],
  [401, "authentication_error", Anthropic.AuthenticationError],
  [402, "billing_error", Anthropic.APIError],
  [403, "permission_error", Anthropic.PermissionDeniedError],
  [404, "not_found_error", Anthropic.NotFoundError],
  [413, "request_too_large", Anthropic.APIError],
  [418, "invalid_request_error", Anthropic.APIError],
  [429, "rate_limit_error", Anthropic.RateLimitError],
  [500, "api_error", Anthropic.InternalServerError],
  [503, "api_error", Anthropic.InternalServerError],
  [504, "timeout_error", Anthropic.InternalServerError],
  [529, "overloaded_error", Anthropic.InternalServerError],
])("status %i is answered with %s", async (status, type, errorClass) => {
  const { client, simulator } = await simulatedAnthropic();
  const error = await apiError(client.messages.create({ ...scripted([{ status }]), stream: true }));
  expect(error).toBeInstanceOf(errorClass);
  expect(error).toMatchObject({ status, type, requestID: expect.stringMatching(/^req_/) });
  expect(error.error).toEqual({
    type: "error",
    error: { type, message: expect.any(String) },
    request_id: error.requestID,
  });
  expect(error.headers?.get("retry-after")).toBeNull();
  await simulator.journal.waitFor((entry) => entry.outcome === "refused");
});

test("a status may have its own type, message and retry-after", async () => {
  const { client } = await simulatedAnthropic();
  const error = await apiError(
    client.messages.create(scripted([{ status: 429, type: "own_type", message: "Own words", retryAfterSeconds: 7 }])),
  );
  expect(error).toMatchObject({ status: 429, type: "own_type", apiMessage: "Own words" });
  expect(error.headers?.get("retry-after")).toBe("7");
});

test.each([
  ["simulate:[[{]]", "it is not JSON"],
  ["simulate:[[", "its array is not closed"],
  ['simulate:[[],[{"txt":"x"}]]', "call 2: action 1: there is no such action"],
  ['simulate:[[{"text":"x"},{"status":500}]]', "call 1: status must come first"],
])("a script that cannot be read is a 400 that says why: %s", async (content, reason) => {
  const { client } = await simulatedAnthropic();
  const error = await apiError(client.messages.create(asking([{ role: "user", content }])));
  expect(error).toMatchObject({
    status: 400,
    type: "invalid_request_error",
    apiMessage: expect.stringContaining(reason),
  });
  expect(error.apiMessage).not.toContain("\n");
});
