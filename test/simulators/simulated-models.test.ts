import { expect, test } from "@jest/globals";
import OpenAI from "openai";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import { apiError, closeLater, errorOf, simulatedAnthropic } from "./simulated-client";

test("Anthropic's list holds the models that a chat agent asks for, newest first", async () => {
  const { client } = await simulatedAnthropic();
  const page = await client.models.list();
  const ids = page.data.map((model) => model.id);
  expect(ids).toEqual(expect.arrayContaining(["claude-sonnet-4-6", "claude-opus-4-6", "claude-haiku-4-5"]));
  expect(page).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids.at(-1) });
  const dates = page.data.map((model) => model.created_at);
  expect(dates).toEqual([...dates].sort().reverse());
  expect(page.data[0]).toMatchObject({ type: "model", display_name: expect.any(String), lifecycle: "active" });
});

test("the SDK walks through all pages, forwards and backwards", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const all = (await client.models.list()).data.map((model) => model.id);
  const forwards: string[] = [];
  for await (const model of client.models.list({ limit: 2 })) forwards.push(model.id);
  expect(forwards).toEqual(all);
  expect(simulator.journal.requests).toHaveLength(1 + Math.ceil(all.length / 2));

  const before = await client.models.list({ limit: 2, before_id: all[3] ?? "" });
  expect(before.data.map((model) => model.id)).toEqual(all.slice(1, 3));
  expect(before).toMatchObject({ has_more: true, first_id: all[1], last_id: all[2] });
  expect(await client.models.list({ after_id: all.at(-1) ?? "" })).toMatchObject({
    data: [],
    has_more: false,
    first_id: null,
  });
});

test.each([
  { limit: 0 },
  { limit: 1001 },
  { after_id: "x" },
  { after_id: "claude-sonnet-4-6", before_id: "claude-opus-4-6" },
])("a wrong page is refused: %o", async (query) => {
  const { client } = await simulatedAnthropic();
  expect(await apiError(client.models.list(query))).toMatchObject({ status: 400, type: "invalid_request_error" });
});

test("one model, by its id or its dated one", async () => {
  const { client } = await simulatedAnthropic();
  const model = await client.models.retrieve("claude-haiku-4-5");
  expect(model).toMatchObject({ id: "claude-haiku-4-5", line: "haiku", max_tokens: 64_000 });
  expect((await client.models.retrieve("claude-haiku-4-5-20251001")).id).toBe("claude-haiku-4-5");
  expect(await apiError(client.models.retrieve("claude-0"))).toMatchObject({ status: 404, type: "not_found_error" });
});

test("OpenAI's list holds chat models among others, and its url ends as the SDK wants it", async () => {
  const simulator = closeLater(await startOpenAiSimulator());
  expect(simulator.url).toMatch(/\/v1$/);
  const client = new OpenAI({ apiKey: "sk-proj-0001", baseURL: simulator.url, maxRetries: 0 });
  const { data, object } = await client.models.list();
  expect(object).toBe("list");
  expect(data.map((model) => model.id)).toEqual(
    expect.arrayContaining(["gpt-5.6-luna", "gpt-5.2", "gpt-5.2-2025-12-11", "gpt-4.1-mini", "text-embedding-3-small"]),
  );
  expect(await client.models.retrieve("gpt-5.2")).toMatchObject({ id: "gpt-5.2", object: "model", owned_by: "system" });
  expect(await errorOf(client.models.retrieve("gpt-0"))).toMatchObject({ status: 404, code: "model_not_found" });
  expect(await errorOf(client.get("/nowhere"))).toMatchObject({
    status: 404,
    type: "invalid_request_error",
    message: expect.stringContaining("Invalid URL (GET /v1/nowhere)"),
    requestID: expect.stringMatching(/^req_/),
  });
});
