import type { ExportedSpan } from "./langfuse-export";

/** An observation as Langfuse shows it, with those below it in the order in which they began. */
export interface SimulatedObservation {
  id: string;
  type: string;
  name: string;
  level: string;
  statusMessage: string | null;
  /** Null but for generations. */
  model: string | null;
  usage: Record<string, number> | null;
  modelParameters: unknown;
  metadata: Record<string, unknown>;
  /** Null where nothing was sent. */
  input: unknown;
  output: unknown;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** ISO 8601; null where the model said nothing. */
  completionStartedAt: string | null;
  endedAt: number;
  children: SimulatedObservation[];
}

export interface SimulatedTrace {
  id: string;
  name: string | null;
  userId: string | null;
  /** What Langfuse groups traces by. */
  sessionId: string | null;
  environment: string | null;
  metadata: Record<string, unknown>;
  /** Those without a parent, or whose parent has not come. */
  observations: SimulatedObservation[];
}

// Traces kept, and characters of attributes in them.
const MAX_TRACES = 20_000;
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** The spans that a simulator was sent, and the traces that they make, oldest first. The oldest are forgotten once it is full. */
export class SimulatedTraces {
  readonly #kept = new Map<string, { spans: ExportedSpan[]; characters: number }>();
  readonly #waiting = new Set<() => void>();
  #characters = 0;

  /** As they were sent. */
  get spans(): readonly ExportedSpan[] {
    return [...this.#kept.values()].flatMap(({ spans }) => spans);
  }

  get ids(): string[] {
    return [...this.#kept.keys()];
  }

  find(traceId: string): SimulatedTrace | undefined {
    const kept = this.#kept.get(traceId);
    return kept && traceOf(traceId, kept.spans);
  }

  /** The trace, once the observation that has no parent has come: it ends last, and so is sent last. */
  whole(traceId: string): Promise<SimulatedTrace> {
    return new Promise((resolve) => {
      const look = () => {
        const { spans } = this.#kept.get(traceId) ?? { spans: [] };
        if (!spans.some(({ parentSpanId }) => parentSpanId === null)) return;
        this.#waiting.delete(look);
        resolve(traceOf(traceId, spans));
      };
      this.#waiting.add(look);
      look();
    });
  }

  add(spans: readonly ExportedSpan[]): void {
    for (const span of spans) {
      const kept = this.#kept.get(span.traceId) ?? { spans: [], characters: 0 };
      this.#kept.set(span.traceId, kept);
      const characters = JSON.stringify(span.attributes).length;
      kept.spans.push(span);
      kept.characters += characters;
      this.#characters += characters;
    }
    this.#forget();
    for (const look of [...this.#waiting]) look();
  }

  #forget(): void {
    for (const [traceId, { characters }] of this.#kept) {
      const isFull = this.#kept.size > MAX_TRACES || this.#characters > MAX_CHARACTERS;
      if (!isFull || this.#kept.size === 1) return;
      this.#kept.delete(traceId);
      this.#characters -= characters;
    }
  }
}

function traceOf(id: string, spans: readonly ExportedSpan[]): SimulatedTrace {
  const byId = new Map(spans.map((span) => [span.spanId, { span, observation: observationOf(span) }]));
  const outermost: SimulatedObservation[] = [];
  for (const { span, observation } of [...byId.values()].sort((a, b) => a.span.startedAt - b.span.startedAt)) {
    const parent = span.parentSpanId === null ? undefined : byId.get(span.parentSpanId);
    (parent?.observation.children ?? outermost).push(observation);
  }
  const around = spans.find(({ parentSpanId }) => parentSpanId === null) ?? spans[0];
  const attributes: ExportedSpan["attributes"] = around?.attributes ?? {};
  return {
    id,
    name: textOf(attributes["langfuse.trace.name"]),
    userId: textOf(attributes["user.id"]),
    sessionId: textOf(attributes["session.id"]),
    environment: textOf(attributes["langfuse.environment"]),
    metadata: under("langfuse.trace.metadata.", attributes),
    observations: outermost,
  };
}

function observationOf({ spanId, name, startedAt, endedAt, attributes }: ExportedSpan): SimulatedObservation {
  const of = (field: string) => attributes[`langfuse.observation.${field}`];
  return {
    id: spanId,
    type: (textOf(of("type")) ?? "span").toUpperCase(),
    name,
    level: textOf(of("level")) ?? "DEFAULT",
    statusMessage: textOf(of("status_message")),
    model: textOf(of("model.name")),
    usage: parsed(of("usage_details")) as Record<string, number> | null,
    modelParameters: parsed(of("model.parameters")),
    metadata: under("langfuse.observation.metadata.", attributes),
    input: parsed(of("input")),
    output: parsed(of("output")),
    startedAt,
    completionStartedAt: parsed(of("completion_start_time")) as string | null,
    endedAt,
    children: [],
  };
}

type Value = string | number | boolean | undefined;

function under(prefix: string, attributes: ExportedSpan["attributes"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), parsed(value)]] : [],
    ),
  );
}

function textOf(value: Value): string | null {
  return typeof value === "string" ? value : null;
}

/** JSON where it is JSON, as Langfuse shows it. */
function parsed(value: Value): unknown {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
