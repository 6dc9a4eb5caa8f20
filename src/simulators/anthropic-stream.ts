import { type AnthropicAnswer, emptyMessage, emptyTextBlock, emptyToolUseBlock, stopOf } from "./anthropic-answer";
import { anthropicErrorBody } from "./anthropic-error";
import type { AnswerEncoder } from "./play-script";
import type { ContentStep } from "./script-steps";

/** Writes an answer as the server-sent events of a streaming model call. */
export class AnthropicStream implements AnswerEncoder {
  readonly #answer: AnthropicAnswer;
  #blocks = 0;
  #textOpen = false;
  /** The beginning of a text delta's event, up to the text: made once a block, since deltas are many. */
  #textDelta = "";
  #characters = 0;
  #ended = false;

  constructor(answer: AnthropicAnswer) {
    this.#answer = answer;
  }

  /** What the answer has come to so far, as the provider bills it. */
  tokens(): number {
    return this.#answer.usage.total(this.#characters, this.#ended);
  }

  begin(): string {
    return event({ type: "message_start", message: emptyMessage(this.#answer) });
  }

  content(step: ContentStep): string {
    if (step.kind === "tool") return this.#closeText() + this.#toolUse(step.name, step.fragments);
    if (step.kind === "text-block") return this.#closeText() + this.#openText();
    this.#characters += step.text.length;
    return `${this.#textOpen ? "" : this.#openText()}${this.#textDelta}${JSON.stringify(step.text)}}}\n\n`;
  }

  end(): string {
    const delta = { ...stopOf(this.#answer), stop_sequence: null, container: null };
    const usage = this.#answer.usage.final(this.#characters);
    this.#ended = true;
    return this.#closeText() + event({ type: "message_delta", delta, usage }) + event({ type: "message_stop" });
  }

  error(): string {
    return `event: error\ndata: ${JSON.stringify(anthropicErrorBody({ status: 529 }, this.#answer.requestId))}\n\n`;
  }

  garbage(): string {
    return "event: content_block_delta\ndata: {not JSON\n\n";
  }

  #openText(): string {
    this.#textOpen = true;
    this.#textDelta = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#blocks},"delta":{"type":"text_delta","text":`;
    return this.#openBlock(emptyTextBlock());
  }

  #closeText(): string {
    if (!this.#textOpen) return "";
    this.#textOpen = false;
    return this.#closeBlock();
  }

  #toolUse(name: string, fragments: readonly string[]): string {
    const opening = this.#openBlock(emptyToolUseBlock(name));
    // The first fragment is always empty, and the only one of a call without arguments.
    const deltas = ["", ...fragments].map((partial_json) =>
      event({ type: "content_block_delta", index: this.#blocks, delta: { type: "input_json_delta", partial_json } }),
    );
    this.#characters += fragments.reduce((sum, fragment) => sum + fragment.length, name.length);
    return opening + deltas.join("") + this.#closeBlock();
  }

  #openBlock(content_block: object): string {
    const start = event({ type: "content_block_start", index: this.#blocks, content_block });
    return this.#blocks === 0 ? start + event({ type: "ping" }) : start;
  }

  #closeBlock(): string {
    const stop = event({ type: "content_block_stop", index: this.#blocks });
    this.#blocks += 1;
    return stop;
  }
}

function event(data: { type: string; [key: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
