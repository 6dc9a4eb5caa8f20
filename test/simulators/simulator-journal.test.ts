import { expect, test } from "@jest/globals";
import { SimulatorJournal } from "../../src/simulators/simulator-journal";
import { STALL_MS } from "../support/busy-machine";
import { asking, errorOf, eventsOf, KEY, rawPieces, scripted, simulatedAnthropic } from "./simulated-client";

const HELLO = asking([{ role: "user", content: "Hello" }]);

test("every request is written down, with its body and without its key", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const before = Date.now();
  await client.models.list({ limit: 1 });
  await client.messages.create(HELLO);
  await errorOf(client.messages.create({ ...HELLO, max_tokens: 0 }));
  await simulator.journal.waitFor((entry) => entry.outcome === "refused");
  expect(simulator.journal.requests).toMatchObject([
    { method: "GET", path: "/v1/models", body: null, outcome: "completed" },
    { method: "POST", path: "/v1/messages", body: HELLO, outcome: "completed" },
    { method: "POST", path: "/v1/messages", body: { max_tokens: 0 }, outcome: "refused" },
  ]);
  expect(simulator.journal.messages()).toEqual(simulator.journal.requests.slice(1));
  for (const entry of simulator.journal.requests) {
    expect(entry.keyMasked).toBe("sk-ant-…0001");
    expect(entry.startedAt).toBeGreaterThanOrEqual(before);
    expect(entry.endedAt).toBeGreaterThanOrEqual(entry.startedAt);
  }
  expect(JSON.stringify(simulator.journal.requests)).not.toContain(KEY);
});

test("waitFor waits for an entry to appear, and for it to change", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const appears = simulator.journal.waitFor((entry) => entry.path === "/v1/messages");
  const controller = new AbortController();
  const call = client.messages.create(
    { ...scripted([{ fault: "stall" }]), stream: true },
    { signal: controller.signal },
  );
  const failed = errorOf(call);
  const entry = await appears;
  expect(entry).toMatchObject({ outcome: "running", endedAt: null });
  const changes = simulator.journal.waitFor((candidate) => candidate.outcome === "aborted");
  controller.abort();
  expect(await changes).toBe(entry);
  expect(await simulator.journal.waitFor((candidate) => candidate === entry)).toBe(entry);
  expect(await failed).not.toBeNull();
});

test("a predicate that throws rejects its own wait and harms nobody else", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const thrown = errorOf(
    simulator.journal.waitFor(() => {
      throw new Error("wrong test");
    }),
  );
  await client.messages.create(HELLO);
  expect(await thrown).toMatchObject({ message: "wrong test" });
});

test("the journal keeps the last 10,000 requests", () => {
  const journal = new SimulatorJournal("/v1/messages");
  for (let index = 0; index < 10_005; index += 1) journal.open("GET", `/${index}`, null);
  expect(journal.requests).toHaveLength(10_000);
  expect(journal.requests[0]?.path).toBe("/5");
});

test("the journal keeps no more than 64 MB of bodies", () => {
  const journal = new SimulatorJournal("/v1/messages");
  for (let index = 0; index < 100; index += 1)
    journal.addBody(journal.open("POST", `/${index}`, null), {}, 1024 * 1024);
  expect(journal.requests).toHaveLength(64);
  expect(journal.requests[0]?.path).toBe("/36");
});

test("another process reads and clears the journal, and rejects and accepts keys", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const control = (method: string, page: string, body?: object) =>
    fetch(`${simulator.url}/_simulator/${page}`, { method, body: body === undefined ? null : JSON.stringify(body) });
  await client.messages.create(HELLO);
  await simulator.journal.waitFor((entry) => entry.outcome === "completed");
  expect(await (await control("GET", "journal")).json()).toEqual({ requests: simulator.journal.requests });
  expect((await control("DELETE", "journal")).status).toBe(204);
  expect(simulator.journal.requests).toEqual([]);

  expect((await control("POST", "keys", { reject: KEY })).status).toBe(204);
  expect(await errorOf(client.messages.create(HELLO))).toMatchObject({ status: 401 });
  expect((await control("POST", "keys", { accept: KEY })).status).toBe(204);
  expect(await errorOf(client.messages.create(HELLO))).toBeNull();
  expect((await control("POST", "keys", { forget: KEY })).status).toBe(400);
  expect((await control("GET", "nowhere")).status).toBe(404);
  expect(simulator.journal.messages()).toHaveLength(2);
});

test("close ends open connections at once, and may be called twice", async () => {
  const { client, simulator } = await simulatedAnthropic();
  const reading = eventsOf(client, scripted([{ text: "a" }, { fault: "stall" }]));
  await simulator.journal.waitFor((entry) => entry.body !== null);
  const startedAt = performance.now();
  await simulator.close();
  await simulator.close();
  expect((await reading).error).not.toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(STALL_MS);
  expect(simulator.journal.messages()).toMatchObject([{ outcome: "aborted" }]);
});

test("it listens where it is told to", async () => {
  const first = await simulatedAnthropic({ host: "::1" });
  expect(first.simulator.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  const port = Number(new URL(first.simulator.url).port);
  expect(await errorOf(simulatedAnthropic({ host: "::1", port }))).toMatchObject({ code: "EADDRINUSE" });
});

test("a path that is no path is answered, not fatal", async () => {
  const { simulator } = await simulatedAnthropic();
  expect((await fetch(`${simulator.url}//`)).status).toBe(401);
  expect((await rawPieces(simulator, HELLO)).length).toBeGreaterThan(0);
});
