// One observation of a Langfuse trace. All that is ever sent to Langfuse passes through here, and through `redactSecrets`.
import { createObservationAttributes, type LangfuseObservationAttributes } from "@langfuse/tracing";
import { type Attributes, ROOT_CONTEXT, type Tracer, trace } from "@opentelemetry/api";

import { redactSecrets } from "../logger";

export interface Observation {
  /** Begins another one below it. */
  begin(begun: BegunObservation): Observation;
  end(attributes: LangfuseObservationAttributes): void;
}

export interface BegunObservation {
  type: "agent" | "generation" | "tool";
  name: string;
  attributes: LangfuseObservationAttributes;
}

/** Begins a trace with its outermost observation. `everywhere` is set on each one in it, as Langfuse asks of a trace's own attributes. */
export function beginTrace(tracer: Tracer, everywhere: Attributes, begun: BegunObservation): Observation {
  // Never the active context: what else may be traced in this process is none of Langfuse's business.
  return beginIn(ROOT_CONTEXT, begun);

  function beginIn(context: typeof ROOT_CONTEXT, { type, name, attributes }: BegunObservation): Observation {
    const span = tracer.startSpan(redactSecrets(name), {}, context);
    span.setAttributes(redacted({ ...everywhere, ...createObservationAttributes(type, attributes) }));
    return {
      begin: (below) => beginIn(trace.setSpan(ROOT_CONTEXT, span), below),
      end(last) {
        span.setAttributes(redacted(createObservationAttributes(type, last)));
        span.end();
      },
    };
  }
}

function redacted(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === "string" ? redactSecrets(value) : value]),
  );
}
