import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { expect, test } from "@jest/globals";
import type { SimulatedAction } from "../../src/simulators/script";
import { asking, comparable, eventsOf, KEY, rawPieces, scripted, simulatedAnthropic, textOf } from "./simulated-client";

const TOOL_CALLS: SimulatedAction[] = [
  { text: "Let me look. " },
  { tool: "search", arguments: { query: "an argument longer than one fragment" } },
  { tool: "clock" },
];

test("a text streams as Anthropic's own events, in their order and with every field the SDK promises", async () => {
  const { client } = await simulatedAnthropic();
  const { events, error } = await eventsOf(client, scripted([{ text: "Good morning" }]));
  expect(error).toBeNull();
  expect(events).toEqual([
    {
      type: "message_start",
      message: {
        id: expect.stringMatching(/^msg_\w+$/),
        type: "message",
        role: "assistant",
        model: "claude-sonnet-4-6",
        content: [],
        container: null,
        diagnostics: null,
        stop_details: null,
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: expect.any(Number),
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
          cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
          output_tokens: 1,
          output_tokens_details: null,
          server_tool_use: null,
          service_tier: "standard",
          inference_geo: null,
          speed: null,
        },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "", citations: null } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Good" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: " morning" } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null },
      usage: {
        input_tokens: expect.any(Number),
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
        output_tokens: 3,
        output_tokens_details: null,
        server_tool_use: null,
      },
    },
    { type: "message_stop" },
  ]);
});

test("the response has Anthropic's headers, and a ping after the first block began", async () => {
  const { simulator } = await simulatedAnthropic();
  const response = await fetch(`${simulator.url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": KEY, "anthropic-version": "2023-06-01", "content-type": "application/json" },
    body: JSON.stringify({ ...asking([{ role: "user", content: "Hi" }]), temperature: 0.5, stream: true }),
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("request-id")).toMatch(/^req_\w+$/);
  const names = (await response.text()).match(/^event: .*$/gm) ?? [];
  expect(names.slice(0, 4)).toEqual([
    "event: message_start",
    "event: content_block_start",
    "event: ping",
    "event: content_block_delta",
  ]);
});

test("tool calls arrive in fragments, each in its own block, and end the call with tool_use", async () => {
  const { client } = await simulatedAnthropic();
  const { events } = await eventsOf(client, scripted(TOOL_CALLS));
  const blocks = events.flatMap((event) => (event.type === "content_block_start" ? [event.content_block] : []));
  expect(blocks).toEqual([
    { type: "text", text: "", citations: null },
    {
      type: "tool_use",
      id: expect.stringMatching(/^toolu_\w+$/),
      name: "search",
      input: {},
      caller: { type: "direct" },
    },
    {
      type: "tool_use",
      id: expect.stringMatching(/^toolu_\w+$/),
      name: "clock",
      input: {},
      caller: { type: "direct" },
    },
  ]);
  const fragments = jsonFragments(events, 1);
  expect(fragments[0]).toBe("");
  expect(fragments.length).toBeGreaterThan(3);
  expect(JSON.parse(fragments.join(""))).toEqual({ query: "an argument longer than one fragment" });
  expect(jsonFragments(events, 2)).toEqual([""]);
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" } });
});

test("arguments that are no JSON are sent as they are", async () => {
  const { client } = await simulatedAnthropic();
  const { events } = await eventsOf(client, scripted([{ tool: "search", rawArguments: '{"query": "half' }]));
  expect(jsonFragments(events, 0).join("")).toBe('{"query": "half');
});

test("a text after a tool call, and a text block asked for, begin new blocks", async () => {
  const { client } = await simulatedAnthropic();
  const message = await client.messages
    .stream(scripted([{ text: "one" }, { tool: "clock" }, { text: "two" }, { block: "text" }, { text: "three" }]))
    .finalMessage();
  expect(message.content).toMatchObject([{ text: "one" }, { type: "tool_use" }, { text: "two" }, { text: "three" }]);
});

test("a call without actions is an empty message", async () => {
  const { client } = await simulatedAnthropic();
  const { events } = await eventsOf(client, scripted([]));
  expect(events.map((event) => event.type)).toEqual(["message_start", "message_delta", "message_stop"]);
});

const FINISHES: [Extract<SimulatedAction, { finish: string }>["finish"], string, object | null][] = [
  ["stop", "end_turn", null],
  ["max-tokens", "max_tokens", null],
  ["tool-calls", "tool_use", null],
  ["refusal", "refusal", { type: "refusal", category: null, explanation: null }],
  ["content-filter", "refusal", { type: "refusal", category: null, explanation: null }],
  ["unknown", "simulated_unknown", null],
];

test.each(FINISHES)("finish %s is Anthropic's %s", async (finish, stop_reason, stop_details) => {
  const { client } = await simulatedAnthropic();
  const message = await client.messages.stream(scripted([{ text: "so far" }, { finish }])).finalMessage();
  expect(message).toMatchObject({ stop_reason, stop_details });
});

test.each<[string, SimulatedAction[]]>([
  ["text and tools", TOOL_CALLS],
  ["several blocks", [{ text: "a" }, { block: "text" }, { text: "b" }]],
  ["a refusal", [{ text: "No" }, { finish: "refusal" }]],
  ["scripted usage", [{ text: "a" }, { usage: { input: 7, output: 5, cacheRead: 3, cacheWrite: 2, reasoning: 1 } }]],
  ["nothing", []],
])("a call that does not stream gives the same message: %s", async (_, actions) => {
  const { client } = await simulatedAnthropic();
  const streamed: Message = await client.messages.stream(scripted(actions)).finalMessage();
  const whole = await client.messages.create(scripted(actions));
  expect(comparable(whole)).toEqual(comparable(streamed));
});

test("packets of one byte split characters and events, and the SDK puts them together", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const text = "Grüße, 世界 👩‍👩‍👧‍👦!";
  const request = scripted([{ text, every: 2 }, { packetBytes: 1 }]);
  expect(textOf((await eventsOf(client, request)).events)).toBe(text);

  const pieces = await rawPieces(simulator, { ...request, stream: true });
  expect(pieces.length).toBeGreaterThan(500);
  expect(pieces.every((piece) => piece.length === 1)).toBe(true);
});

test("text is split by the characters asked for, or by words, and nothing is lost", async () => {
  const { client } = await simulatedAnthropic();
  const text = "  Two  words,\nand 👍👍👍 more \n";
  expect(
    deltas((await eventsOf(client, scripted([{ text, every: 3 }]))).events).every((delta) => [...delta].length <= 3),
  ).toBe(true);
  for (const action of [{ text, every: 3 }, { text }]) {
    expect(textOf((await eventsOf(client, scripted([action]))).events)).toBe(text);
  }
  expect(deltas((await eventsOf(client, scripted([{ repeat: "ha", times: 3 }]))).events)).toEqual(["ha", "ha", "ha"]);
});

test("a paced stream takes the time its script says, and delivers its first delta before that", async () => {
  const { client, simulator } = await simulatedAnthropic();
  let heard = 0;
  const request = scripted([{ repeat: "x", times: 11, paceMs: 20 }]);
  const askedAt = performance.now();
  for await (const event of await client.messages.create({ ...request, stream: true })) {
    if (event.type !== "content_block_delta") continue;
    heard += 1;
    if (heard === 1) expect(simulator.journal.messages()[0]?.outcome).toBe("running");
  }
  expect(heard).toBe(11);
  // From the question on: what a busy machine tells late takes away from the time between the pieces, never from all of it.
  expect(performance.now() - askedAt).toBeGreaterThan(190);
});

test("a reader that is slower than the script is waited for, and gets everything", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const request = { ...scripted([{ repeat: "x".repeat(1000), times: 20_000 }]), stream: true as const };
  const response = await client.messages.create(request).asResponse();
  const reader = response.body?.getReader();
  await reader?.read();
  // Twenty megabytes do not fit into the buffers between the two: the answer cannot be over while nobody reads, however much
  // is done for others meanwhile.
  await eventsOf(client, scripted([{ repeat: "x", times: 20_000 }]));
  expect(simulator.journal.messages()[0]?.outcome).toBe("running");
  let characters = 0;
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read())
    characters += read.value.length;
  expect(characters).toBeGreaterThan(20_000_000);
  await simulator.journal.waitFor((entry) => entry.outcome === "completed");
});

test("an unscripted question gets a sentence that says it is simulated and what was asked", async () => {
  const { client } = await simulatedAnthropic();
  const message = await client.messages.stream(asking([{ role: "user", content: "What\nis   up?" }])).finalMessage();
  expect(message.content).toMatchObject([{ text: expect.stringContaining("simulated") }]);
  expect(message.content).toMatchObject([{ text: expect.stringContaining("“What is up?”") }]);
  expect(message.stop_reason).toBe("end_turn");
});

test("an unscripted answer repeats at most 200 characters, calls no tool, and stops at max_tokens", async () => {
  const { client } = await simulatedAnthropic();
  const request = {
    ...asking([{ role: "user" as const, content: "y".repeat(500) }]),
    tools: [{ name: "search", input_schema: { type: "object" as const } }],
  };
  const message = await client.messages.create(request);
  expect(message.content).toMatchObject([{ text: expect.stringMatching(/[^y]y{200}…/) }]);
  const short = await client.messages.create({ ...request, max_tokens: 5 });
  expect(short).toMatchObject({
    stop_reason: "max_tokens",
    content: [{ text: "Hello! This is a sim" }],
    usage: { output_tokens: 5 },
  });
});

test("an unscripted answer is paced word by word", async () => {
  const { client } = await simulatedAnthropic({ paceMs: 10 });
  const startedAt = performance.now();
  const { events } = await eventsOf(client, asking([{ role: "user", content: "Hi" }]));
  expect(deltas(events).length).toBeGreaterThan(10);
  expect(performance.now() - startedAt).toBeGreaterThan((deltas(events).length - 1) * 10 - 15);
});

test("the n-th assistant message after the scripted one is answered by the n-th call, then by Done.", async () => {
  const { client } = await simulatedAnthropic();
  const request = scripted([{ tool: "search", arguments: { query: "1" } }], [{ tool: "search" }], [{ text: "Found" }]);
  const seen: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    const message = await client.messages.stream(request).finalMessage();
    seen.push(message.content.map((block) => (block.type === "text" ? block.text : block.type)).join());
    const results = message.content.flatMap((block) =>
      block.type === "tool_use" ? [{ type: "tool_result" as const, tool_use_id: block.id, content: "ok" }] : [],
    );
    request.messages.push({ role: "assistant", content: message.content });
    request.messages.push({
      role: "user",
      content: results.length > 0 ? results : [{ type: "text", text: "simulate:[[]]" }],
    });
    if (results.length === 0)
      request.messages.push({ role: "assistant", content: "(nothing)" }, { role: "user", content: "Bye" });
  }
  expect(seen.slice(0, 3)).toEqual(["tool_use", "tool_use", "Found"]);
  expect(seen[3]).toContain("“Bye”");
});

test("past the end of its script a conversation is answered with Done.", async () => {
  const { client } = await simulatedAnthropic();
  const request = scripted([{ tool: "search" }]);
  const { content } = await client.messages.create(request);
  const [call] = content;
  if (call?.type !== "tool_use") throw new Error("expected a tool call");
  request.messages.push({ role: "assistant", content });
  request.messages.push({
    role: "user",
    content: [{ type: "tool_result", tool_use_id: call.id, content: "simulate:[[]]" }],
  });
  expect((await client.messages.create(request)).content).toMatchObject([{ text: "Done." }]);
});

function deltas(events: readonly RawMessageStreamEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "content_block_delta" && event.delta.type === "text_delta" ? [event.delta.text] : [],
  );
}

function jsonFragments(events: readonly RawMessageStreamEvent[], index: number): string[] {
  return events.flatMap((event) =>
    event.type === "content_block_delta" && event.index === index && event.delta.type === "input_json_delta"
      ? [event.delta.partial_json]
      : [],
  );
}
