import { type AnthropicAnswer, emptyMessage, emptyTextBlock, emptyToolUseBlock, stopOf } from "./anthropic-answer";
import type { AnswerEncoder } from "./play-script";
import type { ContentStep } from "./script-steps";
import { SimulatedRefusal } from "./simulated-refusal";

/** Writes an answer as the one JSON object of a model call that does not stream: the same message as the stream builds up. */
export class AnthropicWholeMessage implements AnswerEncoder {
  readonly #answer: AnthropicAnswer;
  readonly #message: ReturnType<typeof emptyMessage>;
  #characters = 0;

  constructor(answer: AnthropicAnswer) {
    this.#answer = answer;
    this.#message = emptyMessage(answer);
  }

  begin(): string {
    return "";
  }

  content(step: ContentStep): string {
    const { content } = this.#message;
    if (step.kind === "tool") {
      const json = step.fragments.join("");
      this.#characters += step.name.length + json.length;
      content.push({ ...emptyToolUseBlock(step.name), input: parsedArguments(json) });
      return "";
    }
    let block = content.at(-1);
    if (step.kind === "text-block" || block?.type !== "text") {
      block = emptyTextBlock();
      content.push(block);
    }
    if (step.kind === "text") {
      block.text += step.text;
      this.#characters += step.text.length;
    }
    return "";
  }

  end(): string {
    const usage = { ...this.#message.usage, ...this.#answer.usage.final(this.#characters) };
    return JSON.stringify({ ...this.#message, ...stopOf(this.#answer), usage });
  }

  /** Nothing was sent yet: the failure becomes the status. */
  error(): string {
    throw new SimulatedRefusal({ status: 529 });
  }

  garbage(): string {
    return "{not JSON";
  }
}

// What is no JSON stays the text it is.
function parsedArguments(json: string): unknown {
  if (json === "") return {};
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
