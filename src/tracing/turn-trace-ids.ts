import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace-node";

/** Lets a turn's first span have the trace id that stands in the turn's row, without a parent that nobody ever sent. */
export class TurnTraceIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: string | null = null;

  generateTraceId(): string {
    return this.#next ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }

  /** What `begin` starts without a parent, before it returns, is in this trace. */
  within<Begun>(traceId: string, begin: () => Begun): Begun {
    this.#next = traceId;
    try {
      return begin();
    } finally {
      this.#next = null;
    }
  }
}
