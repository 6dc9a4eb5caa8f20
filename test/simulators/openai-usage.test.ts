import { expect, test } from "@jest/globals";
import type OpenAI from "openai";
import type { ResponseCreateParamsNonStreaming } from "openai/resources/responses/responses";
import { asking, eventsOf, finalOf, openAiClient, scripted, simulatedOpenAi } from "./simulated-openai-client";

const LONG = "s".repeat(8_000);

test("derived: a token is four characters of tools, instructions and input, and of the answer", async () => {
  const { client } = await simulatedOpenAi();
  const tool = { type: "function" as const, name: "t", strict: false, parameters: null };
  const request = scripted([{ text: "x".repeat(41) }]);
  const [question] = request.input;
  if (question === undefined || !("content" in question)) throw new Error("expected a message");
  const characters = String(question.content).length + 100 + JSON.stringify(tool).length;
  const { usage } = await client.responses.create({ ...request, instructions: "y".repeat(100), tools: [tool] });
  const input_tokens = Math.ceil(characters / 4);
  expect(usage).toEqual({
    input_tokens,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 11,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + 11,
  });
});

test("scripted: only the last event has usage, and input includes what was cached", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(
    client,
    scripted([
      { usage: { input: 10, cacheRead: 4, cacheWrite: 3 } },
      { text: "some words" },
      { usage: { output: 20 } },
      { usage: { input: 25, output: 30, reasoning: 12 } },
    ]),
  );
  const usages = events.flatMap((event) => ("response" in event ? [event.response.usage] : []));
  expect(usages).toEqual([
    null,
    null,
    {
      input_tokens: 32,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 62,
    },
  ]);
});

test("scripted reasoning adds to an output that is derived", async () => {
  const { client } = await simulatedOpenAi();
  const { usage } = await client.responses.create(scripted([{ usage: { reasoning: 100 } }, { text: "four" }]));
  expect(usage).toMatchObject({ output_tokens: 101, output_tokens_details: { reasoning_tokens: 100 } });
});

test("a long prefix is written once and read afterwards, without a mark", async () => {
  const { client } = await simulatedOpenAi();
  expect(await tokens(client, withInstructions(LONG))).toEqual({ input: 2002, write: 2002, read: 0 });
  expect(await tokens(client, withInstructions(LONG))).toEqual({ input: 2002, write: 0, read: 2002 });
  expect(await tokens(client, withInstructions(`${LONG}!`))).toEqual({ input: 2003, write: 2003, read: 0 });
});

test("a growing conversation reads what it has in common with the one before", async () => {
  const { client } = await simulatedOpenAi();
  const request = { ...asking([{ role: "user", content: "q".repeat(400) }]), instructions: LONG };
  expect(await tokens(client, request)).toEqual({ input: 2100, write: 2100, read: 0 });
  request.input.push({ role: "assistant", content: "a".repeat(800) }, { role: "user", content: "q".repeat(400) });
  expect(await tokens(client, request)).toEqual({ input: 2400, write: 300, read: 2100 });
  expect(await tokens(client, withInstructions(LONG))).toEqual({ input: 2002, write: 2, read: 2000 });
});

test("what is shorter than 1024 tokens is never cached", async () => {
  const { client } = await simulatedOpenAi();
  const request = withInstructions("s".repeat(4_000));
  expect(await tokens(client, request)).toEqual({ input: 1002, write: 0, read: 0 });
  expect(await tokens(client, request)).toEqual({ input: 1002, write: 0, read: 0 });
});

test("models before 5.6 do not tell what they write", async () => {
  const { client } = await simulatedOpenAi();
  const request = { ...withInstructions(LONG), model: "gpt-4.1" };
  expect(await tokens(client, request)).toEqual({ input: 2002, write: 0, read: 0 });
  expect(await tokens(client, request)).toEqual({ input: 2002, write: 0, read: 2002 });
});

test("what one key, model or cache key has cached is not read by another", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const request = withInstructions(LONG);
  await tokens(client, request);
  const other = openAiClient(simulator, "sk-proj-simulated-0002");
  expect(await tokens(other, request)).toMatchObject({ read: 0 });
  expect(await tokens(client, { ...request, model: "gpt-5.6-sol" })).toMatchObject({ read: 0 });
  expect(await tokens(client, { ...request, prompt_cache_key: "another" })).toMatchObject({ read: 0 });
  expect(await tokens(client, request)).toMatchObject({ read: 2002 });
});

test("a refused request caches nothing", async () => {
  const { client } = await simulatedOpenAi();
  const request = withInstructions(LONG);
  await client.responses.create({ ...request, input: scripted([{ status: 503 }]).input }).catch(() => {});
  expect(await tokens(client, request)).toMatchObject({ read: 0 });
});

function withInstructions(instructions: string): ResponseCreateParamsNonStreaming {
  return { ...asking([{ role: "user", content: "Question" }]), instructions };
}

async function tokens(client: OpenAI, request: ResponseCreateParamsNonStreaming) {
  const { usage } = await finalOf(client, request);
  return {
    input: usage?.input_tokens,
    write: usage?.input_tokens_details.cache_write_tokens,
    read: usage?.input_tokens_details.cached_tokens,
  };
}
