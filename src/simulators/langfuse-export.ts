// What Langfuse takes at POST /api/public/otel/v1/traces: an OTLP export as JSON. It refuses one that it could not store.
import { z } from "zod";
import { innermostIssue } from "./field-issue";
import { SimulatedRefusal } from "./simulated-refusal";

/** One span of an export, with its attributes by name. */
export interface ExportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  attributes: Record<string, string | number | boolean>;
  resource: Record<string, string | number | boolean>;
}

const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: z.object({
        stringValue: z.string().nullish(),
        intValue: z.int().nullish(),
        doubleValue: z.number().nullish(),
        boolValue: z.boolean().nullish(),
      }),
    }),
  )
  .nullish()
  .transform((list) =>
    Object.fromEntries(
      (list ?? []).flatMap(({ key, value }) => {
        const { stringValue, intValue, doubleValue, boolValue } = value;
        const given = stringValue ?? intValue ?? doubleValue ?? boolValue;
        return given == null ? [] : [[key, given] as const];
      }),
    ),
  );

const nanoseconds = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => Number(BigInt(text) / 1_000n) / 1_000);

const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullish(),
  name: z.string(),
  kind: z.int().nullish(),
  startTimeUnixNano: nanoseconds,
  endTimeUnixNano: nanoseconds,
  attributes,
});

const traceExport = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }).nullish(),
      scopeSpans: z.array(z.object({ spans: z.array(span).nullish() })).nullish(),
    }),
  ),
});

/** Throws a `SimulatedRefusal`. */
export function readLangfuseExport(body: unknown): ExportedSpan[] {
  const parsed = traceExport.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues.map((each) => innermostIssue(each));
    throw new SimulatedRefusal({
      status: 400,
      message: `Invalid OTLP trace export: ${issue?.path.join(".")}: ${issue?.message}`,
    });
  }
  return parsed.data.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) =>
      (spans ?? []).map((each) => ({
        traceId: each.traceId,
        spanId: each.spanId,
        parentSpanId: each.parentSpanId || null,
        name: each.name,
        startedAt: each.startTimeUnixNano,
        endedAt: each.endTimeUnixNano,
        attributes: each.attributes,
        resource: resource?.attributes ?? {},
      })),
    ),
  );
}
