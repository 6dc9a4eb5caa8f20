import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import { newId } from "../../src/ids";
import { createLogger } from "../../src/logger";
import { Secret } from "../../src/secret";
import { type LangfuseSimulator, startLangfuseSimulator } from "../../src/simulators/langfuse-simulator";
import { CONTENT_CHARACTERS, WAITING_CHARACTERS, WAITING_SPANS } from "../../src/tracing/trace-limits";
import { startTracing, type Tracing } from "../../src/tracing/tracing";
import type { ObservedSession, ObservedSessionEnd } from "../../src/tracing/turn-observer";
import { LANGFUSE_KEYS } from "./traced-server";

const NO_USAGE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: null };
const END: ObservedSessionEnd = {
  status: "COMPLETED",
  text: "Done.",
  finishReason: "STOP",
  usage: NO_USAGE,
  usageSource: "REPORTED",
  error: null,
};

let langfuse: LangfuseSimulator;
let tracing: Tracing;
let logged: { msg: string; dropped?: number; failed?: number }[];

beforeEach(async () => {
  langfuse = await startLangfuseSimulator(LANGFUSE_KEYS);
  logged = [];
  tracing = startTracing({
    langfuse: {
      publicKey: LANGFUSE_KEYS.publicKey,
      secretKey: new Secret(LANGFUSE_KEYS.secretKey),
      baseUrl: langfuse.url,
      captureContent: true,
    },
    environment: "production",
    logger: createLogger("info", { write: (line) => logged.push(JSON.parse(line)) }),
  });
});

afterEach(async () => {
  await tracing.close();
  await langfuse.close();
});

function session(prompt = "Hello"): ObservedSession {
  const id = newId();
  return {
    id,
    traceId: tracing.observer.traceIdOf(id),
    workspaceId: "acme",
    userId: newId(),
    threadId: newId(),
    requestId: "req_1",
    buddySlug: "campaign",
    prompt,
    route: { mode: "METERED", payer: "WAYPATH", fallbackReason: null },
  };
}

describe("while Langfuse hangs", () => {
  beforeEach(() => langfuse.behave("hang"));

  test("spans beyond the room for them are dropped and counted, with one warning", async () => {
    for (let turn = 0; turn < WAITING_SPANS + 100; turn += 1) tracing.observer.turnStarted(session()).ended(END);
    expect(tracing.lost).toEqual({ dropped: 100, failed: 0 });
    expect(logged).toEqual([
      expect.objectContaining({ msg: expect.stringContaining("traces are lost"), dropped: 1, failed: 0 }),
    ]);
    await tracing.close();
    expect(tracing.lost).toEqual({ dropped: 100, failed: WAITING_SPANS });
  });

  test("long content takes the room of many spans", () => {
    const turns = Math.ceil(WAITING_CHARACTERS / CONTENT_CHARACTERS) + 10;
    for (let turn = 0; turn < turns; turn += 1) {
      tracing.observer.turnStarted(session("x".repeat(2 * CONTENT_CHARACTERS))).ended(END);
    }
    expect(tracing.lost.dropped).toBeGreaterThanOrEqual(10);
    expect(tracing.lost.dropped).toBeLessThan(turns / 2);
  });

  test("the room is free again once a batch has failed", async () => {
    for (let turn = 0; turn < WAITING_SPANS; turn += 1) tracing.observer.turnStarted(session()).ended(END);
    await langfuse.journal.waitFor((entry) => entry.outcome === "aborted");
    langfuse.behave("answer");
    const next = session();
    tracing.observer.turnStarted(next).ended(END);
    expect(tracing.lost.dropped).toBe(0);
    expect(await langfuse.traces.whole(next.traceId ?? "")).toMatchObject({ environment: "production" });
  });
});

test("a session that another server has settled is a warning", async () => {
  const settled = session();
  tracing.observer.turnStarted(settled).ended(null);
  const { observations } = await langfuse.traces.whole(settled.traceId ?? "");
  expect(observations).toMatchObject([{ level: "WARNING", statusMessage: expect.stringContaining("Another server") }]);
});

test("what cannot be traced is left out of the trace, with a warning, and does not throw", async () => {
  const cycle: Record<string, never> = {};
  Object.assign(cycle, { cycle });
  const observed = session();
  const turn = tracing.observer.turnStarted(observed);
  const call = turn.toolCallStarted({ id: "1", name: "look", arguments: cycle, offered: true });
  call.sessionStarted(session()).ended(END);
  call.ended({ result: "seen" });
  turn.ended(END);
  const { observations } = await langfuse.traces.whole(observed.traceId ?? "");
  expect(observations).toMatchObject([{ type: "AGENT", children: [] }]);
  expect(logged.map(({ msg }) => msg)).toEqual(["part of a turn is not traced"]);
});

test("content that is long is cut, and the trace says so", async () => {
  const long = session("y".repeat(CONTENT_CHARACTERS + 1));
  tracing.observer.turnStarted(long).ended(END);
  const { observations } = await langfuse.traces.whole(long.traceId ?? "");
  expect(observations[0]?.input).toMatch(/y… \[cut: \d+ characters\]$/);
});

test("it traces nothing, and says so, where Langfuse is not configured", async () => {
  const none = startTracing({ langfuse: undefined, environment: "production", logger: createLogger("silent") });
  expect(none.observer.traceIdOf(newId())).toBeNull();
  expect(none.urlOf("0".repeat(32))).toBeNull();
  none.observer
    .turnStarted(session())
    .toolCallStarted({ id: "1", name: "look", arguments: {}, offered: true })
    .sessionStarted(session())
    .ended(END);
  await none.close();
});

test("the link to a trace needs nothing but its id, wherever Langfuse is", () => {
  const at = (baseUrl: string) =>
    startTracing({
      langfuse: { ...LANGFUSE_KEYS, secretKey: new Secret(LANGFUSE_KEYS.secretKey), baseUrl, captureContent: true },
      environment: "production",
      logger: createLogger("silent"),
    }).urlOf("abc");
  expect(at("https://cloud.langfuse.com")).toBe("https://cloud.langfuse.com/trace/abc");
  expect(at("https://example.com/langfuse/")).toBe("https://example.com/langfuse/trace/abc");
});
