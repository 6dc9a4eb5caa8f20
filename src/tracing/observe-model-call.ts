import type { LangfuseObservationAttributes } from "@langfuse/tracing";

import type { AssistantBlock, ModelPart, ModelUsage } from "../providers/language-model";
import type { Observation } from "./observation";
import { type CaptureContent, contentOf, conversationContent } from "./trace-content";
import { CONTENT_CHARACTERS } from "./trace-limits";
import type { ModelCallObserver, ObservedModelCall } from "./turn-observer";
import { usageDetails } from "./usage-details";

/** A generation below the session that makes the call. `metadata` is what holds for the whole session. */
export function observeModelCall(
  session: Observation,
  { modelId, request }: ObservedModelCall,
  metadata: LangfuseObservationAttributes["metadata"],
  capture: CaptureContent,
): ModelCallObserver {
  const generation = session.begin({
    type: "generation",
    name: "model call",
    attributes: { metadata, model: modelId, modelParameters: { max_tokens: request.maxOutputTokens } },
  });
  const said: AssistantBlock[] = [];
  let room = CONTENT_CHARACTERS;
  let begunAt: Date | undefined;
  let usage: ModelUsage | undefined;

  const take = (part: Exclude<ModelPart, { type: "usage" }>) => {
    begunAt ??= new Date();
    if (room <= 0 || part.type === "reasoning") return;
    if (part.type === "tool-call") {
      said.push({ type: "tool-call", id: part.id, name: part.name, arguments: part.arguments });
      return;
    }
    room -= part.delta.length;
    const last = said.at(-1);
    if (last?.type === "text") last.text += part.delta;
    else said.push({ type: "text", text: part.delta });
  };
  const end = (attributes: LangfuseObservationAttributes) =>
    generation.end({
      completionStartTime: begunAt,
      usageDetails: usage && usageDetails(usage),
      // Not before the end, so that the model is not kept waiting for it.
      input: capture(() => conversationContent(request.system, request.messages)),
      output: said.length === 0 ? undefined : capture(() => contentOf({ role: "assistant", content: said })),
      ...attributes,
    });

  return {
    said(part) {
      if (part.type === "usage") usage = part.usage;
      else take(part);
    },
    finished(finish) {
      usage = finish.usage;
      end({ metadata: { finishReason: finish.reason.unified, providerFinishReason: finish.reason.raw } });
    },
    failed({ code, message, severity, isCounted }) {
      // Langfuse adds up what the generations tell: that is to be what the row says.
      if (!isCounted) usage = undefined;
      end({ level: severity, statusMessage: `${code}: ${message}` });
    },
  };
}
