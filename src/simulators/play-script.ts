import type { PacedResponse } from "./paced-response";
import type { SimulatedFault } from "./script";
import type { ContentStep, ScriptedCall } from "./script-steps";

/** Turns an answer into a provider's own bytes, piece by piece. */
export interface AnswerEncoder {
  begin(): string;
  content(step: ContentStep): string;
  end(): string;
  /** The provider's own way of saying in mid-answer that it failed; nothing follows. */
  error(fault: "error-event" | "failed-event"): string;
  /** Something that no client of this provider can read. */
  garbage(): string;
}

/** Plays one call of a script to a response. Returns when it is ended, broken as the script wants, or left by the client. */
export async function playScript(call: ScriptedCall, encoder: AnswerEncoder, response: PacedResponse): Promise<void> {
  let begun = false;
  for (const step of call.steps) {
    if (!begun && step.kind !== "fault") {
      begun = true;
      response.write(encoder.begin());
    }
    if (step.kind === "wait") await response.pause(step.ms);
    else if (step.kind === "fault" && step.fault !== "garbage") return await breakOff(step.fault, encoder, response);
    else if (response.write(step.kind === "fault" ? encoder.garbage() : encoder.content(step))) await response.flush();
    if (response.closed) return;
  }
  if (!begun) response.write(encoder.begin());
  response.write(encoder.end());
  await response.end();
}

async function breakOff(
  fault: Exclude<SimulatedFault, "garbage">,
  encoder: AnswerEncoder,
  response: PacedResponse,
): Promise<void> {
  switch (fault) {
    case "early-end":
      return await response.end();
    case "reset":
      return await response.reset();
    case "stall":
      return await response.stall();
    case "error-event":
    case "failed-event":
      response.write(encoder.error(fault));
      return await response.end();
  }
}
