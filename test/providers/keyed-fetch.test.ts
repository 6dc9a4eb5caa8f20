import { inspect } from "node:util";
import { Anthropic } from "@anthropic-ai/sdk";
import { expect, jest, test } from "@jest/globals";
import { OpenAI } from "openai";

import { KEY_PLACEHOLDER, keyedFetch } from "../../src/providers/keyed-fetch";
import { Secret } from "../../src/secret";

const CANARY = "sk-ant-canary-7f3a9c51e2b84d06";
const options = {
  apiKey: KEY_PLACEHOLDER,
  fetch: keyedFetch(new Secret(CANARY), 1_000),
  baseURL: "http://127.0.0.1:1/v1",
};

/** What goes out when `send` is done, answered by nobody. */
async function sentBy(send: () => Promise<unknown>): Promise<{ url: unknown; init: RequestInit | undefined }> {
  const spy = jest.spyOn(globalThis, "fetch").mockRejectedValue(new Error("nobody is there"));
  await send().catch(() => undefined);
  const [url, init] = spy.mock.calls[0] ?? [];
  spy.mockRestore();
  return { url, init };
}

test("the key is on the request, in place of whatever was there, and nothing else of it is changed", async () => {
  const signal = new AbortController().signal;
  const { url, init } = await sentBy(() =>
    keyedFetch(new Secret(CANARY), 1_000)("http://host/path", {
      method: "POST",
      body: "{}",
      signal,
      headers: { Authorization: "Bearer another", "content-type": "application/json" },
    }),
  );
  expect({ url, ...init, headers: Object.fromEntries(new Headers(init?.headers)) }).toEqual({
    url: "http://host/path",
    method: "POST",
    body: "{}",
    signal,
    headers: { authorization: `Bearer ${CANARY}`, "content-type": "application/json" },
  });
});

test.each([
  ["Anthropic's", () => new Anthropic({ ...options, maxRetries: 0 })],
  ["OpenAI's", () => new OpenAI({ ...options, maxRetries: 0 })],
])("%s client sends the key and holds none: it can be printed, and so can its copies", async (_name, create) => {
  const client: Anthropic | OpenAI = create();
  const { init } = await sentBy(async () => client.models.list());
  expect(new Headers(init?.headers).get("authorization")).toBe(`Bearer ${CANARY}`);
  for (const value of [client, client.models, client.withOptions({ timeout: 1 })]) {
    expect(inspect(value, { depth: null, showHidden: true })).not.toContain("canary");
    expect(inspect(value, { depth: null, showHidden: true })).toContain(KEY_PLACEHOLDER);
  }
});
