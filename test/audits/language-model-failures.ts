import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createServer } from "node:net";
import { inspect } from "node:util";
import type { TurnErrorCode } from "../../src/errors";
import type { SimulatedAction } from "../../src/simulators/script";
import type { Audit, DocumentedRefusal, LanguageModelHarness, Outcome } from "./language-model-harness";
import { ask, askWell, failureOf, lastRequest, textOf } from "./language-model-harness";

/** Milliseconds within which an aborted call must have settled; a provider's silence would last far longer. */
const AT_ONCE_MS = 1_000;

export const BREAK_AUDITS: Audit[] = [
  breaks("BREAK-01", "when the stream ends early", [{ text: "half an" }, { fault: "early-end" }]),
  breaks("BREAK-02", "when the connection is reset", [{ text: "half an" }, { fault: "reset" }]),
  breaks("BREAK-03", "when a line is no JSON", [{ text: "half an" }, { fault: "garbage" }]),
  breaks("BREAK-04", "when an error event comes after output", [{ text: "half an" }, { fault: "error-event" }]),
  {
    id: "BREAK-05",
    must: "MUST reject with PROVIDER_STREAM_BROKEN when the stream breaks after a tool call",
    async run(harness) {
      for (const fault of ["early-end", "reset", "error-event"] as const) {
        failureOf(await ask(harness, [{ tool: "now" }, { fault }]), "PROVIDER_STREAM_BROKEN");
      }
    },
  },
  {
    id: "BREAK-06",
    must: "MUST reject with the provider's own trouble, open to a retry, when an error event comes before output",
    async run(harness) {
      // Before the first byte, and behind the opening of the answer, which is no output yet.
      for (const opening of [[], [{ block: "text" as const }]]) {
        const outcome = await ask(harness, [...opening, { fault: "error-event" }]);
        assert.equal(failureOf(outcome, "PROVIDER_UNAVAILABLE").retryable, true);
      }
    },
  },
  {
    id: "BREAK-07",
    must: "MUST reject, open to a retry, when the stream breaks before output",
    async run(harness) {
      for (const fault of ["early-end", "reset", "garbage"] as const) {
        const outcome = await ask(harness, [{ fault }]);
        const failure = failureOf(outcome, "PROVIDER_STREAM_BROKEN", "PROVIDER_UNAVAILABLE");
        assert.equal(failure.retryable, true, fault);
        assert.equal(textOf(outcome), "");
      }
    },
  },
  breaks("BREAK-08", "when an end that tells of a failure comes after output", [
    { text: "half an" },
    { fault: "failed-event" },
  ]),
  {
    id: "BREAK-09",
    must: "MUST reject with the provider's own trouble, open to a retry, when an end that tells of a failure comes at once",
    async run(harness) {
      const outcome = await ask(harness, [{ fault: "failed-event" }]);
      assert.equal(failureOf(outcome, "PROVIDER_UNAVAILABLE").retryable, true);
    },
  },
];

export const ABORT_AUDITS: Audit[] = [
  {
    id: "ABORT-01",
    must: "MUST reject at once with the signal's own reason and close the connection when the provider has gone silent",
    async run(harness) {
      const reason = new Error("the user cancelled");
      const controller = new AbortController();
      let abortedAt = Number.NaN;
      const outcome = await ask(harness, [{ text: "then nothing" }, { fault: "stall" }], {
        signal: controller.signal,
        onPart: (part) => {
          if (part.type !== "text-delta" || !part.delta.endsWith(" nothing")) return;
          // Not from within `emit`: the adapter is to wait for bytes that never come.
          setImmediate(() => {
            abortedAt = performance.now();
            controller.abort(reason);
          });
        },
      });
      assert.ok(performance.now() - abortedAt < AT_ONCE_MS, "it took too long");
      assert.equal(outcome.error, reason);
      await closed(harness, "aborted");
    },
  },
  {
    id: "ABORT-02",
    must: "MUST reject at once with the signal's own reason and close the connection while it waits for the headers",
    async run(harness) {
      const reason = new Error("the user cancelled");
      const controller = new AbortController();
      const { journal } = harness.simulator;
      const earlier = new Set(journal.requests);
      const asked = ask(harness, [], { signal: controller.signal, apiKey: harness.apiKey("silent") });
      const entry = await journal.waitFor((candidate) => !earlier.has(candidate) && candidate.body !== null);
      const abortedAt = performance.now();
      controller.abort(reason);
      assert.equal((await asked).error, reason);
      assert.ok(performance.now() - abortedAt < AT_ONCE_MS, "it took too long");
      await journal.waitFor((candidate) => candidate === entry && candidate.outcome === "aborted");
    },
  },
  {
    id: "ABORT-03",
    must: "MUST make no request when the signal is aborted already",
    async run(harness) {
      const before = harness.simulator.journal.requests.length;
      const outcome = await ask(harness, [{ text: "never" }], { signal: AbortSignal.abort("too late") });
      assert.equal(outcome.error, "too late");
      assert.equal(harness.simulator.journal.requests.length, before);
    },
  },
  {
    id: "ABORT-04",
    must: "MUST emit nothing more once the signal is aborted from within emit",
    async run(harness) {
      const controller = new AbortController();
      const outcome = await ask(harness, [{ text: "one" }, { block: "text" }, { text: "another" }], {
        signal: controller.signal,
        onPart: (part) => part.type === "text-delta" && controller.abort(),
      });
      assert.equal(outcome.error, controller.signal.reason);
      assert.equal(textOf(outcome), "one");
    },
  },
  {
    id: "ABORT-05",
    must: "MUST emit nothing after it has settled",
    async run(harness) {
      const controller = new AbortController();
      let deltas = 0;
      const aborted = await ask(harness, [{ repeat: "word ", times: 2_000, paceMs: 1 }], {
        signal: controller.signal,
        onPart: (part) => {
          if (part.type === "text-delta" && ++deltas === 5) setImmediate(() => controller.abort());
        },
      });
      await closed(harness, "aborted");
      const broken = await ask(harness, [{ text: "half an" }, { fault: "error-event" }, { text: "answer" }]);
      const complete = await askWell(harness, [{ text: "whole" }]);
      for (const { parts, partsWhenSettled } of [aborted, broken, complete]) {
        assert.equal(parts.length, partsWhenSettled);
      }
    },
  },
  {
    id: "ABORT-06",
    must: "MUST leave nothing listening on the signal, however the call ended",
    async run(harness) {
      const { signal } = new AbortController();
      await ask(harness, [{ text: "well" }], { signal });
      await ask(harness, [{ text: "half an" }, { fault: "reset" }], { signal });
      await ask(harness, [{ status: 503 }], { signal });
      assert.equal(getEventListeners(signal, "abort").length, 0);
    },
  },
  {
    id: "ABORT-07",
    must: "MUST pass on a failure of emit as it is and close the connection",
    async run(harness) {
      const failure = new Error("the log is full");
      const outcome = await ask(harness, [{ text: "then nothing" }, { fault: "stall" }], {
        onPart: (part) => {
          if (part.type === "text-delta") throw failure;
        },
      });
      assert.equal(outcome.error, failure);
      await closed(harness, "aborted");
    },
  },
];

export const CONNECTION_AUDITS: Audit[] = [
  {
    id: "CONNECT-01",
    must: "MUST reject with PROVIDER_UNAVAILABLE, open to a retry, when the provider cannot be reached",
    async run(harness) {
      const outcome = await ask(harness, [], { baseUrl: await unusedAddress() });
      assert.equal(failureOf(outcome, "PROVIDER_UNAVAILABLE").retryable, true);
    },
  },
  {
    id: "CONNECT-02",
    must: "MUST NOT retry by itself",
    async run(harness) {
      const before = harness.simulator.journal.requests.length;
      await ask(harness, [{ status: 503 }]);
      await ask(harness, [{ status: 429, retryAfterSeconds: 0 }]);
      assert.equal(harness.simulator.journal.requests.length, before + 2);
    },
  },
  {
    id: "CONNECT-03",
    must: "MUST tell the seconds that a rate limit asks for",
    async run(harness) {
      const outcome = await ask(harness, [{ status: 429, retryAfterSeconds: 17 }]);
      assert.equal(failureOf(outcome, "PROVIDER_RATE_LIMITED").retryAfterSeconds, 17);
    },
  },
];

/** One sentence for each refusal that the harness documents. */
export function refusalAudits(refusals: DocumentedRefusal[]): Audit[] {
  return refusals.map(({ status, type, message, code, retryable }, index) => ({
    id: `REFUSAL-${String(index + 1).padStart(2, "0")}`,
    must: `MUST reject with ${code}, ${retryable ? "open to" : "closed to"} a retry, on ${status} ${type}${
      message === undefined ? "" : ` "${message}"`
    }`,
    async run(harness) {
      const outcome = await ask(harness, [{ status, type, ...(message === undefined ? {} : { message }) }]);
      assert.equal(failureOf(outcome, code).retryable, retryable);
    },
  }));
}

export const SECRET_AUDITS: Audit[] = [
  {
    id: "SECRET-01",
    must: "MUST NOT let the key, or the provider's own text, into any error",
    async run(harness) {
      for (const trait of ["plain", "rejected", "forbidden", "ratelimited", "broken", "nocredit"]) {
        const apiKey = harness.apiKey(trait);
        const echo = `Incorrect API key provided: ${apiKey}. See the console.`;
        const outcomes = [
          await ask(harness, [{ fault: "error-event" }], { apiKey }),
          await ask(harness, [{ text: "half an" }, { fault: "garbage" }], { apiKey }),
          await ask(harness, [], { apiKey, baseUrl: await unusedAddress() }),
        ];
        for (const status of [400, 401, 403, 404, 429, 500]) {
          outcomes.push(await ask(harness, [{ status, message: echo }], { apiKey }));
        }
        for (const outcome of outcomes) nowhereIn(outcome, apiKey, "Incorrect API key provided");
      }
    },
  },
  {
    id: "SECRET-02",
    must: "MUST NOT let a key that cannot be sent into its error",
    async run(harness) {
      const apiKey = `${harness.apiKey("plain")}-ключ`;
      nowhereIn(await ask(harness, [{ text: "never" }], { apiKey }), apiKey, "ключ");
    },
  },
  {
    id: "SECRET-03",
    must: "MUST NOT show the key when a connection or a model is printed",
    async run(harness) {
      const apiKey = harness.apiKey("plain");
      const connection = harness.connect(apiKey);
      const printed = inspect([connection, connection.languageModel(harness.modelId)], DEEP);
      assert.ok(!printed.includes(apiKey));
      assert.ok(!JSON.stringify(connection).includes(apiKey));
    },
  },
];

const DEEP = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null, maxArrayLength: null };

function breaks(id: string, when: string, actions: SimulatedAction[]): Audit {
  return {
    id,
    must: `MUST reject with PROVIDER_STREAM_BROKEN ${when}`,
    async run(harness) {
      const outcome = await ask(harness, actions);
      const code: TurnErrorCode = "PROVIDER_STREAM_BROKEN";
      failureOf(outcome, code);
      assert.equal(textOf(outcome), "half an");
    },
  };
}

function nowhereIn({ error }: Outcome, ...texts: string[]): void {
  assert.ok(error instanceof Error, "the call had to fail");
  const printed = `${inspect(error, DEEP)}${String(error.stack)}${inspect(error.cause, DEEP)}${JSON.stringify(error)}`;
  for (const text of texts) assert.ok(!printed.includes(text), "an error holds what it must not hold");
}

/** Resolves when the simulator has seen its newest request end so. */
async function closed(harness: LanguageModelHarness, outcome: string): Promise<void> {
  const newest = lastRequest(harness);
  await harness.simulator.journal.waitFor((entry) => entry === newest && entry.outcome === outcome);
}

/** An address that nobody listens on. */
async function unusedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${address.port}`;
}
