import { z } from "zod";
import { seededRandom } from "./seeded-random";

/**
 * What becomes of one meter event:
 *
 * - `ok` nothing special.
 * - `lost` it is taken, and the connection is reset before a word of the answer. With its own HTTP client the official SDK sends
 *   such a request once more by itself, whatever its `maxNetworkRetries`, with the same idempotency key, and so gets the stored answer.
 * - `cut` it is taken, and the connection closes in the middle of the answer. The SDK does not try again.
 * - a status: it fails so, and is not taken. A 500 is an answer of the endpoint, and is stored with the idempotency key.
 */
export type MeterEventFate = "ok" | "lost" | "cut" | FailureStatus;
export type FailureStatus = 409 | 429 | 500 | 503;

/** What something on the way answers instead of Stripe, e.g. a proxy whose upstream is down. */
export type ProxyAnswer = z.infer<typeof proxyAnswer>;

const proxyAnswer = z.strictObject({ status: z.int().min(200).max(599), body: z.string() });
const failureStatus = z.union([z.literal(409), z.literal(429), z.literal(500), z.literal(503)]);
const share = z.number().min(0).max(1);

export const stripeFaultSettings = z
  .strictObject({
    /** Share of the answers to meter events that are lost, half of them `lost` and half `cut`. */
    lostAnswers: share,
    /** Share of the meter events that fail before they are taken. */
    failures: share,
    /** How they fail: each as likely as the others. */
    failureStatuses: z.array(failureStatus).min(1),
    /** The fates of the next meter events, one by one, before chance decides again. */
    next: z.array(z.union([z.literal("ok"), z.literal("lost"), z.literal("cut"), failureStatus])),
    /** The answers to the next requests, whatever they ask, one by one: none of these reaches Stripe. */
    proxyAnswers: z.array(proxyAnswer),
    /** Milliseconds that taking an event lasts. */
    latencyMs: z.number().min(0),
    /** Milliseconds until an event shows in summaries. */
    summaryLagMs: z.number().min(0),
    /** Every request is answered with 503. */
    unavailable: z.boolean(),
  })
  .partial();

/** What may be set; what is left out stays as it is. */
export type StripeFaultSettings = z.infer<typeof stripeFaultSettings>;

const NONE: Required<StripeFaultSettings> = {
  lostAnswers: 0,
  failures: 0,
  failureStatuses: [500, 503, 429, 409],
  next: [],
  proxyAnswers: [],
  latencyMs: 0,
  summaryLagMs: 0,
  unavailable: false,
};

/** The faults that are set, and the dice: the same seed and the same order of requests give the same fates. */
export class StripeFaults {
  readonly #random: () => number;
  #settings = NONE;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  get settings(): Required<StripeFaultSettings> {
    return this.#settings;
  }

  set(settings: StripeFaultSettings): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  /** Back to none. */
  clear(): void {
    this.#settings = NONE;
  }

  /** How something on the way answers one request; undefined where it lets it through. */
  drawProxyAnswer(): ProxyAnswer | undefined {
    const [first, ...rest] = this.#settings.proxyAnswers;
    if (first !== undefined) this.set({ proxyAnswers: rest });
    return first;
  }

  /** Decides about one meter event. */
  draw(): MeterEventFate {
    const { next, failures, failureStatuses, lostAnswers } = this.#settings;
    const [first, ...rest] = next;
    if (first !== undefined) {
      this.set({ next: rest });
      return first;
    }
    const chance = this.#random();
    if (chance < failures) return failureStatuses[Math.floor(this.#random() * failureStatuses.length)] ?? 500;
    if (chance < failures + (1 - failures) * lostAnswers) return this.#random() < 0.5 ? "lost" : "cut";
    return "ok";
  }
}
