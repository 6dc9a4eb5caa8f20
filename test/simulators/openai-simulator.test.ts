import { expect, test } from "@jest/globals";
import { asking, deltasOf, eventsOf, finalOf, scripted, sentBack, simulatedOpenAi } from "./simulated-openai-client";

const SEARCH = { type: "function" as const, name: "search", strict: false, parameters: null };

test("a paced stream takes the time its script says, and delivers its first delta before that", async () => {
  const { client, simulator } = await simulatedOpenAi();
  let heard = 0;
  const request = scripted([{ repeat: "x", times: 11, paceMs: 20 }]);
  const askedAt = performance.now();
  for await (const event of await client.responses.create({ ...request, stream: true })) {
    if (event.type !== "response.output_text.delta") continue;
    heard += 1;
    if (heard === 1) expect(simulator.journal.messages()[0]?.outcome).toBe("running");
  }
  expect(heard).toBe(11);
  // From the question on: what a busy machine tells late takes away from the time between the pieces, never from all of it.
  expect(performance.now() - askedAt).toBeGreaterThan(190);
});

test("a reader that is slower than the script is waited for, and gets everything", async () => {
  const { client, simulator } = await simulatedOpenAi();
  const request = { ...scripted([{ repeat: "x".repeat(1000), times: 20_000 }]), stream: true as const };
  const response = await client.responses.create(request).asResponse();
  const reader = response.body?.getReader();
  await reader?.read();
  // Twenty megabytes do not fit into the buffers between the two: the answer cannot be over while nobody reads, however much
  // is done for others meanwhile.
  await eventsOf(client, scripted([{ repeat: "x", times: 20_000 }]));
  expect(simulator.journal.messages()[0]?.outcome).toBe("running");
  let characters = 0;
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read())
    characters += read.value.length;
  // Once in deltas, then whole in the events that end the text, its part, its item and the response.
  expect(characters).toBeGreaterThan(5 * 20_000_000);
  await simulator.journal.waitFor((entry) => entry.outcome === "completed" && entry.endedAt !== null);
});

test("an unscripted question gets a sentence that says it is simulated and what was asked", async () => {
  const { client } = await simulatedOpenAi();
  const { output, status } = await finalOf(client, asking([{ role: "user", content: "What\nis   up?" }]));
  expect(output).toMatchObject([{ content: [{ text: expect.stringContaining("simulated") }] }]);
  expect(output).toMatchObject([{ content: [{ text: expect.stringContaining("“What is up?”") }] }]);
  expect(status).toBe("completed");
});

test("an unscripted answer repeats at most 200 characters, calls no tool, and stops at max_output_tokens", async () => {
  const { client } = await simulatedOpenAi();
  const request = { ...asking([{ role: "user", content: "y".repeat(500) }]), tools: [SEARCH] };
  const response = await client.responses.create(request);
  expect(response.output_text).toMatch(/[^y]y{200}…/);
  const short = await client.responses.create({ ...request, max_output_tokens: 16 });
  expect(short).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
    usage: { output_tokens: 16 },
  });
  expect(short.output_text).toHaveLength(64);
});

test("an unscripted answer is paced word by word", async () => {
  const { client } = await simulatedOpenAi({ paceMs: 10 });
  const startedAt = performance.now();
  const deltas = deltasOf((await eventsOf(client, asking([{ role: "user", content: "Hi" }]))).events);
  expect(deltas.length).toBeGreaterThan(10);
  expect(performance.now() - startedAt).toBeGreaterThan((deltas.length - 1) * 10 - 15);
});

test("what the n-th call has written after the scripted message is answered by the n-th call, then by Done.", async () => {
  const { client } = await simulatedOpenAi();
  const request = scripted(
    [{ usage: { reasoning: 8 } }, { text: "Both" }, { tool: "search", arguments: { query: "1" } }, { tool: "clock" }],
    [{ tool: "search" }],
    [{ text: "Found" }],
  );
  request.include = ["reasoning.encrypted_content"];
  const seen: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    const { output, output_text } = await client.responses.create(request);
    seen.push(output_text || output.map((item) => item.type).join());
    request.input.push(...sentBack(output));
    for (const item of output) {
      if (item.type !== "function_call") continue;
      request.input.push({ type: "function_call_output", call_id: item.call_id, output: "simulate:[[]]" });
    }
    if (turn === 2) request.input.push({ role: "developer", content: "Hurry." });
    if (turn === 2) request.input.push({ role: "user", content: [{ type: "input_text", text: "Bye" }] });
  }
  expect(seen.slice(0, 3)).toEqual(["Both", "function_call", "Found"]);
  expect(seen[3]).toContain("“Bye”");
});

test("past the end of its script a conversation is answered with Done.", async () => {
  const { client } = await simulatedOpenAi();
  const request = scripted([{ tool: "search" }]);
  const { output } = await client.responses.create(request);
  const [call] = output;
  if (call?.type !== "function_call") throw new Error("expected a tool call");
  request.input.push(call, { type: "function_call_output", call_id: call.call_id, output: "simulate:[[]]" });
  expect((await client.responses.create(request)).output_text).toBe("Done.");
});
