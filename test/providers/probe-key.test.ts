import { createServer, type Server } from "node:http";
import { Anthropic } from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { OpenAI } from "openai";
import { connectAnthropic } from "../../src/providers/anthropic/anthropic-connection";
import { probeAnthropicKey } from "../../src/providers/anthropic/probe-anthropic-key";
import type { KeyProbe } from "../../src/providers/language-model";
import { connectOpenAi } from "../../src/providers/openai/openai-connection";
import { probeOpenAiKey } from "../../src/providers/openai/probe-openai-key";
import { Secret } from "../../src/secret";
import { startAnthropicSimulator } from "../../src/simulators/anthropic-simulator";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";

const PROVIDERS = [
  {
    name: "Claude",
    prefix: "sk-ant-",
    path: "",
    start: startAnthropicSimulator,
    probe: (apiKey: string, baseUrl: string) => connectAnthropic({ apiKey: new Secret(apiKey), baseUrl }).probeKey(),
    probeBriefly: (apiKey: string, baseURL: string, timeoutMs: number) =>
      probeAnthropicKey(new Anthropic({ apiKey, baseURL, maxRetries: 0 }), timeoutMs),
  },
  {
    name: "OpenAI",
    prefix: "sk-",
    path: "/v1",
    start: startOpenAiSimulator,
    probe: (apiKey: string, baseUrl: string) => connectOpenAi({ apiKey: new Secret(apiKey), baseUrl }).probeKey(),
    probeBriefly: (apiKey: string, baseURL: string, timeoutMs: number) =>
      probeOpenAiKey(new OpenAI({ apiKey, baseURL, maxRetries: 0 }), timeoutMs),
  },
];

/** The sentence of a probe that could not tell. */
function reasonOf(probe: KeyProbe): string {
  return probe.outcome === "UNREACHABLE" ? probe.reason : `no reason but ${probe.outcome}`;
}

describe.each(PROVIDERS)("the probe of a $name key", ({ name, prefix, path, start, probe, probeBriefly }) => {
  const key = (trait: string) => `${prefix}${trait}-0123456789abcdef`;
  let simulator: ProviderSimulator;
  let odd: Server;
  let oddUrl: string;

  beforeAll(async () => {
    simulator = await start();
    odd = createServer((request, response) => {
      const [, kind] = /-(html|empty|notfound|teapot)-/.exec(request.headers.authorization ?? "") ?? [];
      if (kind === "html") response.setHeader("content-type", "text/html").end("<p>Please sign in</p>");
      else if (kind === "empty") response.writeHead(204).end();
      else response.writeHead(kind === "notfound" ? 404 : 418).end();
    });
    await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
    const address = odd.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    oddUrl = `http://127.0.0.1:${address.port}${path}`;
  });

  afterAll(async () => {
    await simulator.close();
    odd.closeAllConnections();
    await new Promise((resolve) => odd.close(resolve));
  });

  test("accepts it and lists the models, for one GET and no tokens", async () => {
    const answer = await probe(key("plain"), simulator.url);
    expect(answer.outcome).toBe("ACCEPTED");
    const models = answer.outcome === "ACCEPTED" ? answer.models : [];
    expect(models.length).toBeGreaterThan(0);
    for (const model of models) expect(model).toEqual({ id: expect.any(String), displayName: expect.any(String) });
    expect(simulator.journal.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v1/models"]);
  });

  test("tells a rejected one from a limited one", async () => {
    expect(await probe(key("rejected"), simulator.url)).toEqual({ outcome: "REJECTED" });
    expect(await probe(key("forbidden"), simulator.url)).toEqual({ outcome: "LIMITED" });
  });

  test.each([
    ["ratelimited", "is limiting requests"],
    ["broken", "answered with status 500"],
  ])("cannot tell from one that is %s", async (trait, words) => {
    const reason = reasonOf(await probe(key(trait), simulator.url));
    expect(reason).toContain(`${name} ${words}`);
    expect(reason).not.toContain(prefix);
  });

  test.each([
    ["html", "listed no models"],
    ["empty", "could not be"],
    ["notfound", "answered with status 404"],
    ["teapot", "answered with status 418"],
  ])("cannot tell from an answer that is no list: %s", async (kind, words) => {
    expect(reasonOf(await probe(key(kind), oddUrl))).toContain(words);
  });

  test("cannot tell when nobody answers in time, and closes the connection", async () => {
    const reason = reasonOf(await probeBriefly(key("silent"), simulator.url, 50));
    expect(reason).toContain(`${name} did not answer within 0.05 seconds`);
    await simulator.journal.waitFor((entry) => entry.outcome === "aborted");
  });

  test("cannot tell when nobody listens, nor from a key that cannot be sent", async () => {
    expect(reasonOf(await probe(key("plain"), `http://127.0.0.1:1${path}`))).toContain("could not be reached");
    expect(reasonOf(await probe(`${key("plain")}-ключ`, simulator.url))).not.toContain(prefix);
  });
});
