/** What is refused, in the words that every provider's error body is made of. Left-out parts follow from the status. */
export interface Refusal {
  status: number;
  type?: string | undefined;
  /** OpenAI's errors have one, and name the field that is wrong. */
  code?: string | undefined;
  param?: string | undefined;
  message?: string | undefined;
  /** Seconds. */
  retryAfterSeconds?: number | undefined;
}

/** Thrown where a simulator refuses a request before it has answered any of it. */
export class SimulatedRefusal extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}
