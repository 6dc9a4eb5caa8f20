import type { MessageCreateParamsNonStreaming } from "@anthropic-ai/sdk/resources/messages";
import { expect, test } from "@jest/globals";
import { PromptCache } from "../../src/simulators/prompt-cache";
import { anthropicClient, asking, eventsOf, scripted, simulatedAnthropic } from "./simulated-client";

const CACHED = { cache_control: { type: "ephemeral" as const } };

test("derived: a token is four characters of system, tools and messages, and of the answer", async () => {
  const { client } = await simulatedAnthropic();
  const tool = { name: "t", input_schema: { type: "object" as const } };
  const request = { ...scripted([{ text: "x".repeat(41) }]), system: "y".repeat(100), tools: [tool] };
  const characters = String(request.messages[0]?.content).length + 100 + JSON.stringify(tool).length;
  const { usage } = await client.messages.create(request);
  expect(usage).toMatchObject({ input_tokens: Math.ceil(characters / 4), output_tokens: 11 });
  expect(usage).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 0 });
});

test("scripted: the stream opens with the first usage and ends with the totals of all", async () => {
  const { client } = await simulatedAnthropic();
  const { events } = await eventsOf(
    client,
    scripted([
      { usage: { input: 10, cacheRead: 4, cacheWrite: 3 } },
      { text: "some words" },
      { usage: { output: 20 } },
      { usage: { input: 25, output: 30, reasoning: 12 } },
    ]),
  );
  expect(events[0]).toMatchObject({
    message: {
      usage: {
        input_tokens: 10,
        cache_read_input_tokens: 4,
        cache_creation_input_tokens: 3,
        cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 0 },
        output_tokens: 1,
      },
    },
  });
  expect(events.at(-2)).toMatchObject({
    usage: {
      input_tokens: 25,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 3,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 12 },
    },
  });
});

test("a marked prefix is written once and read afterwards; input excludes both", async () => {
  const { client } = await simulatedAnthropic();
  const request = withSystem("s".repeat(400));
  expect(await tokens(client, request)).toEqual({ input: 2, write: 100, read: 0 });
  expect(await tokens(client, request)).toEqual({ input: 2, write: 0, read: 100 });
  expect(await tokens(client, withSystem("t".repeat(400)))).toEqual({ input: 2, write: 100, read: 0 });
});

test("a growing conversation reads what was cached and writes what is new", async () => {
  const { client } = await simulatedAnthropic();
  const request = { ...asking([{ role: "user", content: "q".repeat(40) }]), ...CACHED };
  expect(await tokens(client, request)).toEqual({ input: 0, write: 10, read: 0 });
  request.messages.push({ role: "assistant", content: "a".repeat(80) }, { role: "user", content: "q".repeat(40) });
  expect(await tokens(client, request)).toEqual({ input: 0, write: 30, read: 10 });
});

test("what one key or model has cached is not read by another", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const request = withSystem("s".repeat(400));
  await tokens(client, request);
  const other = anthropicClient(simulator, "sk-ant-api03-simulated-0002");
  expect(await tokens(other, request)).toMatchObject({ write: 100, read: 0 });
  expect(await tokens(client, { ...request, model: "claude-opus-4-6" })).toMatchObject({ write: 100, read: 0 });
});

test("a refused request caches nothing", async () => {
  const { client } = await simulatedAnthropic();
  const request = withSystem("s".repeat(400));
  await client.messages.create({ ...request, messages: scripted([{ status: 529 }]).messages }).catch(() => {});
  expect(await tokens(client, request)).toMatchObject({ write: 100, read: 0 });
});

test("the cache forgets after five minutes, or an hour where asked, counted from the last use", () => {
  let now = 0;
  const cache = new PromptCache(() => now);
  const minutes = 60_000;
  const short = [{ identity: "a", characters: 40, breakpoint: "5m" as const }];
  const long = [{ identity: "b", characters: 40, breakpoint: "1h" as const }];
  expect(cache.count("key", short)).toEqual({ uncached: 0, read: 0, written5m: 10, written1h: 0 });
  expect(cache.count("key", long)).toEqual({ uncached: 0, read: 0, written5m: 0, written1h: 10 });
  now = 4 * minutes;
  expect(cache.count("key", short).read).toBe(10);
  now = 8 * minutes;
  expect(cache.count("key", short).read).toBe(10);
  now = 14 * minutes;
  expect(cache.count("key", short).read).toBe(0);
  now = 59 * minutes;
  expect(cache.count("key", long).read).toBe(10);
});

test("the cache is bounded: what was not used for longest goes first", () => {
  const cache = new PromptCache();
  const prompt = (index: number) => [{ identity: String(index), characters: 4, breakpoint: "5m" as const }];
  for (let index = 0; index <= 10_000; index += 1) cache.count("key", prompt(index));
  expect(cache.count("key", prompt(10_000)).read).toBe(1);
  expect(cache.count("key", prompt(0)).read).toBe(0);
});

function withSystem(text: string): MessageCreateParamsNonStreaming {
  return { ...asking([{ role: "user", content: "Question" }]), system: [{ type: "text", text, ...CACHED }] };
}

async function tokens(client: ReturnType<typeof anthropicClient>, request: MessageCreateParamsNonStreaming) {
  const { usage } = await client.messages.stream(request).finalMessage();
  return { input: usage.input_tokens, write: usage.cache_creation_input_tokens, read: usage.cache_read_input_tokens };
}
