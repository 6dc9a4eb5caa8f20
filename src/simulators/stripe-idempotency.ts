import { SimulatedRefusal } from "./simulated-refusal";
import { stripeErrorBody } from "./stripe-error";

/** A whole answer, before it is sent. */
export interface StripeAnswer {
  status: number;
  body: object;
}

/** How long an answer is kept for its idempotency key, in milliseconds. */
const MEMORY_MS = 24 * 3_600_000;

interface Kept {
  /** Path and parameters: the key stands for these alone. */
  request: string;
  answeredAt: number;
  answer: StripeAnswer;
}

/**
 * Stripe's layer in front of its endpoints: the answer to a key's first request is stored, whatever it is, and given again. Only
 * what an endpoint has begun to work on is stored: a request that fails validation, or meets another one, can be sent again.
 */
export class StripeIdempotency {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  readonly #running = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Answers a request. `prepare` validates, and throws what is not stored; what it returns is the work, whose answer is stored, a
   * refusal too.
   * `key` is null where the request has none.
   */
  async answer(
    key: string | null,
    request: string,
    prepare: () => () => Promise<StripeAnswer>,
  ): Promise<StripeAnswer & { replayed: boolean }> {
    if (key === null) return { ...(await answerOf(prepare())), replayed: false };
    if (this.#running.has(key)) throw new SimulatedRefusal({ status: 409 });
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#now() - kept.answeredAt < MEMORY_MS) {
      if (kept.request !== request) throw differentParameters(key);
      return { ...kept.answer, replayed: true };
    }
    const work = prepare();
    this.#running.add(key);
    try {
      const answer = await answerOf(work);
      this.#kept.set(key, { request, answer, answeredAt: this.#now() });
      return { ...answer, replayed: false };
    } finally {
      this.#running.delete(key);
    }
  }
}

// What the work refuses is its answer, and stored as one.
async function answerOf(work: () => Promise<StripeAnswer>): Promise<StripeAnswer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SimulatedRefusal)) throw error;
    return { status: error.refusal.status, body: stripeErrorBody(error.refusal) };
  }
}

function differentParameters(key: string): SimulatedRefusal {
  return new SimulatedRefusal({
    status: 400,
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Key: ${key}`,
  });
}
