import { expect, test } from "@jest/globals";
import type OpenAI from "openai";
import type { ResponseReasoningItem } from "openai/resources/responses/responses";
import type { SimulatedAction } from "../../src/simulators/script";
import {
  apiError,
  asking,
  comparable,
  eventsOf,
  finalOf,
  openAiClient,
  scripted,
  simulatedOpenAi,
} from "./simulated-openai-client";

const THOUGHT: SimulatedAction[] = [{ usage: { reasoning: 64 } }, { text: "Therefore" }];
const INCLUDE = { include: ["reasoning.encrypted_content" as const] };
const HELLO = { role: "user" as const, content: "Hello" };

test("a call with reasoning tokens begins with a reasoning item, encrypted where asked for", async () => {
  const { client } = await simulatedOpenAi();
  const { events } = await eventsOf(client, { ...scripted(THOUGHT), ...INCLUDE });
  const reasoning = { id: expect.stringMatching(/^rs_\w+$/), type: "reasoning", summary: [] };
  const encrypted_content = expect.stringMatching(/^gAAAAA/);
  expect(events.slice(2, 4)).toEqual([
    { type: "response.output_item.added", sequence_number: 2, output_index: 0, item: reasoning },
    {
      type: "response.output_item.done",
      sequence_number: 3,
      output_index: 0,
      item: { ...reasoning, encrypted_content },
    },
  ]);
  expect(events[4]).toMatchObject({ type: "response.output_item.added", output_index: 1, item: { type: "message" } });
  expect(events.at(-1)).toMatchObject({
    response: { output: [{ encrypted_content }, { type: "message" }], usage: { output_tokens: 67 } },
  });
});

test("the summary of a reasoning streams where it is asked for", async () => {
  const { client } = await simulatedOpenAi();
  const request = { ...scripted(THOUGHT), reasoning: { effort: "low" as const, summary: "auto" as const } };
  const { events } = await eventsOf(client, request);
  expect(events.slice(2, 8).map((event) => event.type)).toEqual([
    "response.output_item.added",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.reasoning_summary_part.done",
    "response.output_item.done",
  ]);
  const { output, ...response } = await finalOf(client, request);
  const [reasoning] = output;
  expect(reasoning).toMatchObject({ summary: [{ type: "summary_text", text: expect.stringContaining("Simulating") }] });
  expect(reasoning).not.toHaveProperty("encrypted_content");
  expect(response.reasoning).toEqual({ effort: "low", summary: "auto" });
  expect(comparable(await client.responses.create(request))).toEqual(comparable({ ...response, output }));
});

test("without reasoning tokens, or on a model that does not reason, there is no reasoning item", async () => {
  const { client } = await simulatedOpenAi();
  expect((await client.responses.create(scripted([{ text: "At once" }]))).output).toMatchObject([{ type: "message" }]);
  const response = await client.responses.create({ ...scripted(THOUGHT), model: "gpt-4.1" });
  expect(response.output).toMatchObject([{ type: "message" }]);
  expect(response.usage?.output_tokens_details.reasoning_tokens).toBe(64);
});

test("what was made here is taken back, and nothing else", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const item = await reasoningItem(client);
  const send = (sent: ResponseReasoningItem, using = client) =>
    using.responses.create(asking([HELLO, sent, { role: "assistant", content: "Therefore" }, HELLO]));
  expect((await send(item)).status).toBe("completed");

  const unverified = { status: 400, code: "invalid_encrypted_content", type: "invalid_request_error" };
  expect(await apiError(send({ ...item, encrypted_content: "gAAAAAforeign" }))).toMatchObject(unverified);
  expect(await apiError(send({ ...item, id: "rs_another" }))).toMatchObject(unverified);
  const other = openAiClient(simulator, "sk-proj-simulated-0002");
  expect(await apiError(send(item, other))).toMatchObject(unverified);
});

test("a reasoning item must be followed by what it led to", async () => {
  const { client } = await simulatedOpenAi();
  const [first, second] = [await reasoningItem(client), await reasoningItem(client)];
  for (const input of [
    [first, HELLO],
    [HELLO, first],
    [first, second],
    [second, first, HELLO],
  ]) {
    const error = await apiError(client.responses.create(asking(input)));
    expect(error).toMatchObject({ status: 400, code: null, param: "input" });
    expect(error.message).toMatch(/of type 'reasoning' was provided without its required following item/);
  }
  const call = { type: "function_call" as const, call_id: "call_1", name: "search", arguments: "{}" };
  const result = { type: "function_call_output" as const, call_id: "call_1", output: "found" };
  expect((await client.responses.create(asking([first, second, call, result]))).status).toBe("completed");
});

test("nothing is stored: a reasoning item without its content is not found", async () => {
  const { client } = await simulatedOpenAi();
  const item = { ...(await reasoningItem(client)), encrypted_content: null };
  const error = await apiError(client.responses.create(asking([HELLO, item, { role: "assistant", content: "So" }])));
  expect(error).toMatchObject({
    status: 404,
    param: "input",
    message: expect.stringContaining(`'${item.id}' not found`),
  });
});

async function reasoningItem(client: OpenAI): Promise<ResponseReasoningItem> {
  const [first] = (await client.responses.create({ ...scripted(THOUGHT), ...INCLUDE })).output;
  if (first?.type !== "reasoning") throw new Error("expected a reasoning item");
  return first;
}
