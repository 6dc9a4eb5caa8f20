// Tracing looks on: whatever becomes of Langfuse, no turn waits for it, fails by it, or learns of it. The tracer provider is our own
// and is not registered with OpenTelemetry's API: the providers' SDKs would add spans to it and send its ids to the providers.
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

import type { LangfuseConfig } from "../config";
import { endsWithin } from "../ends-within";
import type { Logger } from "../logger";
import { guardObserver } from "./guard-observer";
import { createLangfuseExporter } from "./langfuse-exporter";
import { createLangfuseObserver } from "./langfuse-observer";
import { SILENT_OBSERVER } from "./silent-observer";
import { BATCH_SECONDS, BATCH_SPANS, CLOSE_MS, WARN_EVERY_MS } from "./trace-limits";
import { type LostSpans, TraceOutbox } from "./trace-outbox";
import type { TurnObserver } from "./turn-observer";
import { TurnTraceIds } from "./turn-trace-ids";

export interface Tracing {
  /** Never throws. */
  readonly observer: TurnObserver;
  /** Where a person finds the trace; null where nothing is traced. */
  urlOf(traceId: string): string | null;
  /** What Langfuse will not get, counted since the start. */
  readonly lost: Readonly<LostSpans>;
  /** Sends what still waits, as far as Langfuse takes it within `CLOSE_MS`. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Undefined: nothing is traced. */
  langfuse: LangfuseConfig | undefined;
  /** Langfuse keeps traces of different environments apart. */
  environment: "production" | "development";
  logger: Logger;
}

/** The scope of Langfuse's own SDK. Of spans of any other it keeps all attributes a second time, as metadata. */
const SCOPE = "langfuse-sdk";

const NOT_TRACED: Tracing = {
  observer: SILENT_OBSERVER,
  urlOf: () => null,
  lost: { dropped: 0, failed: 0 },
  close: () => Promise.resolve(),
};

export function startTracing({ langfuse, environment, logger }: TracingOptions): Tracing {
  if (langfuse === undefined) return NOT_TRACED;
  const line = createLangfuseExporter(langfuse);
  const warnOfLoss = atMostEvery(WARN_EVERY_MS, (reason: string | number) =>
    logger.warn({ ...outbox.lost, reason }, "traces are lost: Langfuse does not take them"),
  );
  const warnOfFault = atMostEvery(WARN_EVERY_MS, (err: unknown) =>
    logger.warn({ err }, "part of a turn is not traced"),
  );
  const outbox = new TraceOutbox(line, warnOfLoss);
  const processor = new LangfuseSpanProcessor({
    exporter: outbox,
    environment,
    flushAt: BATCH_SPANS,
    flushInterval: BATCH_SECONDS,
    // Asked when a span begins, too, and then it takes no room.
    shouldExportSpan: ({ otelSpan }) => !otelSpan.ended || outbox.take(otelSpan),
    // It would look for files in what people wrote, and send them on a way of its own.
    mediaUploadEnabled: false,
  });
  const traceIds = new TurnTraceIds();
  const provider = new NodeTracerProvider({
    idGenerator: traceIds,
    sampler: new AlwaysOnSampler(),
    resource: defaultResource().merge(resourceFromAttributes({ "service.name": "waypath" })),
    spanProcessors: [processor],
  });
  const { captureContent } = langfuse;
  const observer = createLangfuseObserver({ tracer: provider.getTracer(SCOPE), traceIds, captureContent });
  const base = langfuse.baseUrl.replace(/\/+$/, "");

  return {
    observer: guardObserver(observer, warnOfFault),
    // Langfuse redirects it to the trace's project, whose id only Langfuse knows.
    urlOf: (traceId) => `${base}/trace/${traceId}`,
    get lost() {
      return outbox.lost;
    },
    async close() {
      // Rejects with the first batch that Langfuse does not take, while others are still on their way.
      provider.shutdown().catch(() => undefined);
      await endsWithin(CLOSE_MS, outbox.empty());
      outbox.abandon();
      line.breakOff();
    },
  };
}

function atMostEvery<Told extends unknown[]>(ms: number, tell: (...told: Told) => void): (...told: Told) => void {
  let next = 0;
  return (...told) => {
    if (performance.now() < next) return;
    next = performance.now() + ms;
    tell(...told);
  };
}
