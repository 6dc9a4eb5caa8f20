import type { OpenAiAnswer } from "./openai-answer";
import { OpenAiStream } from "./openai-stream";
import type { AnswerEncoder } from "./play-script";
import type { ContentStep } from "./script-steps";
import { SimulatedRefusal } from "./simulated-refusal";

/** Writes an answer as the one JSON object of a model call that does not stream: the response that the stream ends with. */
export class OpenAiWholeResponse implements AnswerEncoder {
  readonly #stream: OpenAiStream;

  constructor(answer: OpenAiAnswer) {
    this.#stream = new OpenAiStream(answer);
  }

  begin(): string {
    this.#stream.begin();
    return "";
  }

  content(step: ContentStep): string {
    this.#stream.content(step);
    return "";
  }

  end(): string {
    this.#stream.end();
    return JSON.stringify(this.#stream.response);
  }

  /** Nothing was sent yet: an error event becomes the status. */
  error(fault: "error-event" | "failed-event"): string {
    if (fault === "error-event") throw new SimulatedRefusal({ status: 500 });
    this.#stream.error(fault);
    return JSON.stringify(this.#stream.response);
  }

  garbage(): string {
    return "{not JSON";
  }
}
