import { expect, test } from "@jest/globals";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import type { SimulatedAction } from "../../src/simulators/script";
import {
  comparable,
  deltasOf,
  eventsOf,
  finalOf,
  post,
  rawPieces,
  scripted,
  simulatedOpenAi,
  textOf,
} from "./simulated-openai-client";

const TOOL_CALLS: SimulatedAction[] = [
  { text: "Let me look. " },
  { tool: "search", arguments: { query: "an argument longer than one fragment" } },
  { tool: "clock" },
];
const SEARCH = { type: "function" as const, name: "search", strict: false, parameters: null };

test("a text streams as OpenAI's own events, in their order and with every field the SDK promises", async () => {
  const { client } = await simulatedOpenAi();
  const { events, error } = await eventsOf(client, {
    ...scripted([{ text: "Good morning" }]),
    instructions: "Be brief.",
    tools: [SEARCH],
    max_output_tokens: 100,
    metadata: { turn: "1" },
  });
  expect(error).toBeNull();
  const [created] = events;
  if (created?.type !== "response.created") throw new Error("expected response.created first");
  const { response } = created;
  expect(response).toEqual({
    id: expect.stringMatching(/^resp_\w+$/),
    object: "response",
    created_at: expect.any(Number),
    status: "in_progress",
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: "Be brief.",
    max_output_tokens: 100,
    metadata: { turn: "1" },
    model: "gpt-5.6-luna",
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: "default",
    store: false,
    temperature: 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    tool_choice: "auto",
    tools: [SEARCH],
    top_logprobs: 0,
    top_p: 1,
    truncation: "disabled",
    usage: null,
  });
  const added = events[2];
  const item_id = added?.type === "response.output_item.added" ? added.item.id : undefined;
  expect(item_id).toMatch(/^msg_\w+$/);
  const message = { id: item_id, type: "message", role: "assistant" };
  const part = { type: "output_text", annotations: [], logprobs: [] };
  const place = { item_id, output_index: 0, content_index: 0 };
  const item = { ...message, status: "completed", content: [{ ...part, text: "Good morning" }] };
  expect(events).toEqual(
    [
      { type: "response.created", response },
      { type: "response.in_progress", response },
      { type: "response.output_item.added", output_index: 0, item: { ...message, status: "in_progress", content: [] } },
      { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
      { type: "response.output_text.delta", ...place, delta: "Good", logprobs: [] },
      { type: "response.output_text.delta", ...place, delta: " morning", logprobs: [] },
      { type: "response.output_text.done", ...place, text: "Good morning", logprobs: [] },
      { type: "response.content_part.done", ...place, part: { ...part, text: "Good morning" } },
      { type: "response.output_item.done", output_index: 0, item },
      {
        type: "response.completed",
        response: {
          ...response,
          status: "completed",
          completed_at: expect.any(Number),
          output: [item],
          usage: {
            input_tokens: expect.any(Number),
            input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
            output_tokens: 3,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: expect.any(Number),
          },
        },
      },
    ].map((event, sequence_number) => ({ ...event, sequence_number })),
  );
});

test("the response has OpenAI's headers, and no end marker but its last event", async () => {
  const { simulator } = await simulatedOpenAi();
  const { status, headers, text } = await post(
    simulator,
    JSON.stringify({ model: "gpt-5.6-luna", input: "Hi", stream: true }),
  );
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(headers.get("x-request-id")).toMatch(/^req_\w+$/);
  const names = text.match(/^event: .*$/gm) ?? [];
  expect(names.slice(0, 3)).toEqual([
    "event: response.created",
    "event: response.in_progress",
    "event: response.output_item.added",
  ]);
  expect(names.at(-1)).toBe("event: response.completed");
  expect(text).not.toContain("[DONE]");
});

test("tool calls arrive in fragments, each in its own item", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(client, scripted(TOOL_CALLS));
  const items = events.flatMap((event) => (event.type === "response.output_item.added" ? [event.item] : []));
  const call = { id: expect.stringMatching(/^fc_\w+$/), type: "function_call", status: "in_progress", arguments: "" };
  const call_id = expect.stringMatching(/^call_\w+$/);
  expect(items).toEqual([
    expect.objectContaining({ type: "message" }),
    { ...call, call_id, name: "search" },
    { ...call, call_id, name: "clock" },
  ]);
  const fragments = argumentFragments(events, 1);
  expect(fragments.length).toBeGreaterThan(3);
  expect(JSON.parse(fragments.join(""))).toEqual({ query: "an argument longer than one fragment" });
  expect(argumentFragments(events, 2)).toEqual(["{}"]);
  expect(events.filter((event) => event.type === "response.function_call_arguments.done")).toMatchObject([
    { item_id: items[1]?.id, output_index: 1, name: "search", arguments: fragments.join("") },
    { item_id: items[2]?.id, output_index: 2, name: "clock", arguments: "{}" },
  ]);
  expect(events.at(-1)).toMatchObject({
    type: "response.completed",
    response: {
      output: [
        { type: "message", status: "completed" },
        { type: "function_call", status: "completed", name: "search" },
        { type: "function_call", status: "completed", arguments: "{}" },
      ],
    },
  });
});

test("arguments that are no JSON are sent as they are", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(client, scripted([{ tool: "search", rawArguments: '{"query": "half' }]));
  expect(argumentFragments(events, 0).join("")).toBe('{"query": "half');
});

test("a text block asked for is another part, a text after a tool call another message", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(
    client,
    scripted([{ text: "one" }, { block: "text" }, { text: "two" }, { tool: "clock" }, { text: "three" }]),
  );
  expect(events.at(-1)).toMatchObject({
    response: {
      output: [
        { type: "message", content: [{ text: "one" }, { text: "two" }] },
        { type: "function_call" },
        { type: "message", content: [{ text: "three" }] },
      ],
    },
  });
  const places = events.flatMap((event) =>
    event.type === "response.output_text.delta" ? [[event.output_index, event.content_index, event.delta]] : [],
  );
  expect(places).toEqual([
    [0, 0, "one"],
    [0, 1, "two"],
    [2, 0, "three"],
  ]);
});

test("a call without actions is an empty response", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(client, scripted([]));
  expect(events.map((event) => event.type)).toEqual(["response.created", "response.in_progress", "response.completed"]);
});

const FINISHES: [Extract<SimulatedAction, { finish: string }>["finish"], object][] = [
  ["stop", { status: "completed", incomplete_details: null }],
  ["tool-calls", { status: "completed", incomplete_details: null }],
  ["max-tokens", { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }],
  ["content-filter", { status: "incomplete", incomplete_details: { reason: "content_filter" } }],
  ["unknown", { status: "incomplete", incomplete_details: { reason: "simulated_unknown" } }],
];

test.each(FINISHES)("finish %s", async (finish, expected) => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(client, scripted([{ text: "so far" }, { finish }]));
  const { status } = { status: "", ...expected };
  expect(events.at(-2)).toMatchObject({ type: "response.output_item.done", item: { status } });
  expect(events.at(-1)).toMatchObject({ type: `response.${status}`, response: expected });
  expect(textOf(events)).toBe("so far");
});

test("finish refusal: what the model writes is a refusal", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(client, scripted([{ text: "Rather not" }, { finish: "refusal" }]));
  expect(events.map((event) => event.type)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.refusal.delta",
    "response.refusal.delta",
    "response.refusal.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  const content = [{ type: "refusal", refusal: "Rather not" }];
  expect(events.at(-1)).toMatchObject({ response: { status: "completed", output: [{ content }] } });
});

test("a refusal without words gets some", async () => {
  const { client } = await simulatedOpenAi();
  const { output } = await finalOf(client, scripted([{ finish: "refusal" }]));
  expect(output).toMatchObject([{ content: [{ type: "refusal", refusal: expect.stringContaining("sorry") }] }]);
});

test.each<[string, SimulatedAction[]]>([
  ["text and tools", TOOL_CALLS],
  ["several blocks", [{ text: "a" }, { block: "text" }, { text: "b" }]],
  ["a refusal", [{ text: "No" }, { finish: "refusal" }]],
  ["a limit", [{ text: "a" }, { finish: "max-tokens" }]],
  ["scripted usage", [{ text: "a" }, { usage: { input: 7, output: 5, cacheRead: 3, cacheWrite: 2, reasoning: 1 } }]],
  ["nothing", []],
])("the SDK puts the same response together as a call that does not stream gives: %s", async (_, actions) => {
  const { client } = await simulatedOpenAi();
  const streamed = await finalOf(client, scripted(actions));
  const whole = await client.responses.create(scripted(actions));
  expect(comparable(whole)).toEqual(comparable(streamed));
});

test("every event adds up to what the next ones say, by the SDK's own account", async () => {
  const { client } = await simulatedOpenAi();
  const request = scripted([...TOOL_CALLS, { block: "text" }, { text: "and more" }]);
  const stream = client.responses.stream({ ...request, stream: true });
  const snapshots: string[] = [];
  stream.on("response.output_text.delta", ({ snapshot }) => snapshots.push(snapshot));
  stream.on("response.function_call_arguments.delta", ({ snapshot }) => snapshots.push(snapshot));
  const { output_text } = await stream.finalResponse();
  expect(snapshots).toContain("Let me look. ");
  expect(snapshots).toContain('{"query":"an argument longer than one fragment"}');
  expect(output_text).toBe("Let me look. and more");
});

test("packets of one byte split characters and events, and the SDK puts them together", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const text = "Grüße, 世界 👩‍👩‍👧‍👦!";
  const request = scripted([{ text, every: 2 }, { packetBytes: 1 }]);
  expect(textOf((await eventsOf(client, request)).events)).toBe(text);

  const pieces = await rawPieces(simulator, { ...request, stream: true });
  expect(pieces.length).toBeGreaterThan(500);
  expect(pieces.every((piece) => piece.length === 1)).toBe(true);
});

test("text is split by the characters asked for, or by words, and nothing is lost", async () => {
  const { client } = await simulatedOpenAi();
  const text = "  Two  words,\nand 👍👍👍 more \n";
  const deltas = deltasOf((await eventsOf(client, scripted([{ text, every: 3 }]))).events);
  expect(deltas.every((delta) => [...delta].length <= 3)).toBe(true);
  expect(deltas.join("")).toBe(text);
  expect(textOf((await eventsOf(client, scripted([{ text }]))).events)).toBe(text);
  expect(deltasOf((await eventsOf(client, scripted([{ repeat: "ha", times: 3 }]))).events)).toEqual(["ha", "ha", "ha"]);
});

function argumentFragments(events: readonly ResponseStreamEvent[], index: number): string[] {
  return events.flatMap((event) =>
    event.type === "response.function_call_arguments.delta" && event.output_index === index ? [event.delta] : [],
  );
}
