// Ended spans on their way to Langfuse. They have a bounded room: what does not fit, because turns end faster than Langfuse takes
// them, is dropped, and so is a batch that Langfuse does not take. Both are counted.
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";

import type { LangfuseExporter } from "./langfuse-exporter";
import { BATCH_MS, WAITING_CHARACTERS, WAITING_SPANS } from "./trace-limits";

/** Spans that Langfuse will not get, counted since the start. */
export interface LostSpans {
  /** There was no room for them. */
  dropped: number;
  /** Langfuse did not take them. */
  failed: number;
}

export class TraceOutbox implements SpanExporter {
  readonly #line: LangfuseExporter;
  readonly #onLoss: (reason: string | number) => void;
  readonly #lost: LostSpans = { dropped: 0, failed: 0 };
  readonly #whenEmpty = new Set<() => void>();
  #spans = 0;
  #characters = 0;
  #isAbandoned = false;

  /** `onLoss` is told of each loss, with an HTTP status or the short name of what went wrong. */
  constructor(line: LangfuseExporter, onLoss: (reason: string | number) => void) {
    this.#line = line;
    this.#onLoss = onLoss;
  }

  get lost(): Readonly<LostSpans> {
    return { ...this.#lost };
  }

  /** Gives an ended span its room until it has been exported. False: there is none, and it must not be exported. */
  take(span: ReadableSpan): boolean {
    const characters = charactersOf(span);
    if (this.#spans >= WAITING_SPANS || this.#characters + characters > WAITING_CHARACTERS) {
      this.#lost.dropped += 1;
      this.#onLoss("NO_ROOM");
      return false;
    }
    this.#spans += 1;
    this.#characters += characters;
    return true;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const late = setTimeout(this.#line.breakOff, BATCH_MS);
    this.#line.exporter.export(spans, (result) => {
      clearTimeout(late);
      if (this.#isAbandoned) return done(result);
      this.#spans -= spans.length;
      for (const span of spans) this.#characters -= charactersOf(span);
      if (result.code !== ExportResultCode.SUCCESS) {
        this.#lost.failed += spans.length;
        this.#onLoss(reasonOf(result.error));
      }
      done(result);
      this.#tellWhetherEmpty();
    });
  }

  /** Resolves once nothing waits and nothing is on its way. */
  empty(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty.add(resolve);
      this.#tellWhetherEmpty();
    });
  }

  /** What still waits or is on its way is lost, from now on: there is no more time for it. */
  abandon(): void {
    if (this.#isAbandoned || this.#spans === 0) return;
    this.#isAbandoned = true;
    this.#lost.failed += this.#spans;
    this.#spans = 0;
    this.#onLoss("NO_TIME");
  }

  shutdown(): Promise<void> {
    return this.#line.exporter.shutdown();
  }

  #tellWhetherEmpty(): void {
    if (this.#spans > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty.clear();
  }
}

function charactersOf({ attributes }: ReadableSpan): number {
  let characters = 0;
  for (const value of Object.values(attributes)) if (typeof value === "string") characters += value.length;
  return characters;
}

/** Never the error's text, which may be Langfuse's. */
function reasonOf(error: Error | undefined): string | number {
  const code = error !== undefined && "code" in error ? error.code : undefined;
  return typeof code === "string" || typeof code === "number" ? code : "NO_ANSWER";
}
