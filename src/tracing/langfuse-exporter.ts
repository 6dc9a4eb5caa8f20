import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import type { SpanExporter } from "@opentelemetry/sdk-trace-node";

import type { LangfuseConfig } from "../config";
import { BATCH_SPANS, SILENCE_MS, WAITING_SPANS } from "./trace-limits";

export interface LangfuseExporter {
  /** Holds the secret key in its headers: never log it. */
  exporter: SpanExporter;
  /** Ends all its connections at once; what is on its way has failed. */
  breakOff(): void;
}

/** The line to Langfuse: OTLP as JSON. */
export function createLangfuseExporter({ baseUrl, publicKey, secretKey }: LangfuseConfig): LangfuseExporter {
  // `timeout` holds while a connection is being made, too; the exporter's own begins when there is one.
  const options = { keepAlive: true, timeout: SILENCE_MS };
  const agent = baseUrl.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
  const exporter = new OTLPTraceExporter({
    url: `${baseUrl.replace(/\/+$/, "")}/api/public/otel/v1/traces`,
    headers: {
      authorization: secretKey.use((key) => `Basic ${Buffer.from(`${publicKey}:${key}`).toString("base64")}`),
      // What Langfuse asks of whoever puts a trace's attributes on all of its spans; it shows them at once then.
      "x-langfuse-ingestion-version": "4",
    },
    timeoutMillis: SILENCE_MS,
    // When the server stops, all that waits is sent at once.
    concurrencyLimit: Math.ceil(WAITING_SPANS / BATCH_SPANS) + 1,
    httpAgentOptions: () => agent,
  });
  return { exporter, breakOff: () => agent.destroy() };
}
