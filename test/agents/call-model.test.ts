import { expect, test } from "@jest/globals";

import { callModel } from "../../src/agents/call-model";
import { TurnStopped } from "../../src/agents/turn-stopped";
import { TurnFailure } from "../../src/errors";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../../src/providers/language-model";

const FINISH: ModelFinish = {
  reason: { unified: "STOP", raw: "end_turn" },
  usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: null },
};

type Try = (emit: (part: ModelPart) => void) => Promise<ModelFinish>;

/** Calls a model whose tries go as listed; the last one repeats. */
async function call(tries: Try[], signal = new AbortController().signal) {
  let calls = 0;
  const parts: ModelPart[] = [];
  const retries: number[] = [];
  /** What each try was announced as. */
  const observed: unknown[][] = [];
  const model: LanguageModel = {
    provider: "CLAUDE",
    modelId: "claude-sonnet-4-6",
    respond(_request, emit) {
      const next = tries[Math.min(calls, tries.length - 1)];
      calls += 1;
      return next === undefined ? Promise.reject(new Error("no try")) : next(emit);
    },
  };
  const request: ModelRequest = { system: "", messages: [], tools: [], maxOutputTokens: 1, signal };
  const outcome = await callModel({
    model,
    request,
    emit: (part) => parts.push(part),
    onTry: () => undefined,
    onUncounted: () => parts.splice(0),
    onRetry: (delaySeconds) => retries.push(delaySeconds),
    observer: {
      modelCallStarted({ modelId }) {
        const told: unknown[] = [modelId];
        observed.push(told);
        return {
          said: (part) => told.push(part.type),
          finished: (finish) => told.push(finish),
          failed: ({ code, message, severity }) => told.push(`${severity} ${code}: ${message}`),
        };
      },
    },
  }).catch((error: unknown) => error);
  return { outcome, calls, parts, retries, observed };
}

const unavailable: Try = async () => {
  throw new TurnFailure("PROVIDER_UNAVAILABLE", "down", { retryAfterSeconds: 0 });
};
const succeeds: Try = async () => FINISH;

test("a call that broke before its first output is made again", async () => {
  const { outcome, calls, retries } = await call([unavailable, succeeds]);
  expect(outcome).toBe(FINISH);
  expect(calls).toBe(2);
  expect(retries).toHaveLength(1);
});

test("it is made three times at most", async () => {
  const { outcome, calls } = await call([unavailable]);
  expect(outcome).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
  expect(calls).toBe(3);
});

test("usage is no output: a call that only told its usage is made again", async () => {
  const opens: Try = async (emit) => {
    emit({ type: "usage", usage: FINISH.usage });
    throw new TurnFailure("PROVIDER_STREAM_BROKEN", "broke");
  };
  const { calls, parts } = await call([opens, succeeds]);
  expect({ calls, counted: parts }).toEqual({ calls: 2, counted: [] });
});

test.each<ModelPart>([
  { type: "text-delta", blockId: "0", delta: "Hel" },
  { type: "tool-call", id: "1", name: "tool", arguments: {} },
])("after $type it is never made again", async (part) => {
  const breaks: Try = async (emit) => {
    emit(part);
    throw new TurnFailure("PROVIDER_STREAM_BROKEN", "broke");
  };
  const { calls, outcome, parts } = await call([breaks, succeeds]);
  expect(calls).toBe(1);
  expect(outcome).toMatchObject({ code: "PROVIDER_STREAM_BROKEN" });
  expect(parts).toEqual([part]);
});

test("what no retry can mend is not retried", async () => {
  const rejected: Try = async () => {
    throw new TurnFailure("PROVIDER_AUTHENTICATION_FAILED", "rejected");
  };
  expect((await call([rejected, succeeds])).calls).toBe(1);
});

test("a fault of ours is not retried", async () => {
  const bug: Try = async () => {
    throw new TypeError("bug");
  };
  expect((await call([bug, succeeds])).calls).toBe(1);
});

test("the provider's own pause is kept, and one that is too long is told instead of waited for", async () => {
  const later =
    (retryAfterSeconds: number): Try =>
    async () => {
      throw new TurnFailure("PROVIDER_RATE_LIMITED", "slow down", { retryAfterSeconds });
    };
  const kept = await Promise.all(Array.from({ length: 5 }, () => call([later(1), succeeds])));
  const pauses = kept.map(({ retries }) => retries[0] ?? 0);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1);
  // Those that were put off together do not come back together.
  expect(new Set(pauses).size).toBe(pauses.length);
  const told = await call([later(60), succeeds]);
  expect(told.calls).toBe(1);
  expect(told.outcome).toMatchObject({ code: "PROVIDER_RATE_LIMITED", retryAfterSeconds: 60 });
});

test("an abort ends the pause at once, with its own reason", async () => {
  const abort = new AbortController();
  const reason = new Error("stopped");
  const breaks: Try = async () => {
    setImmediate(() => abort.abort(reason));
    throw new TurnFailure("PROVIDER_RATE_LIMITED", "slow down", { retryAfterSeconds: 15 });
  };
  const { outcome, calls } = await call([breaks, succeeds], abort.signal);
  expect(outcome).toBe(reason);
  expect(calls).toBe(1);
});

test("every try is announced, with what it said and how it ended", async () => {
  const opens: Try = async (emit) => {
    emit({ type: "usage", usage: FINISH.usage });
    throw new TurnFailure("PROVIDER_STREAM_BROKEN", "broke");
  };
  const model = "claude-sonnet-4-6";
  expect((await call([opens, succeeds])).observed).toEqual([
    [model, "usage", "WARNING PROVIDER_STREAM_BROKEN: broke"],
    [model, FINISH],
  ]);
  expect((await call([unavailable])).observed.map(([, end]) => end)).toEqual([
    "WARNING PROVIDER_UNAVAILABLE: down",
    "WARNING PROVIDER_UNAVAILABLE: down",
    "ERROR PROVIDER_UNAVAILABLE: down",
  ]);
});

test.each([
  ["a stop", new TurnStopped("CANCELLED"), "WARNING CANCELLED: The turn was cancelled."],
  ["a fault of ours", new TypeError("sk-ant-secret"), "ERROR INTERNAL: The server failed: its log has the error."],
])("%s is announced in our own words", async (_name, error, announced) => {
  const { observed } = await call([() => Promise.reject(error)]);
  expect(observed).toEqual([["claude-sonnet-4-6", announced]]);
});
