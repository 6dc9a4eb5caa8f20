import type {
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputRefusal,
  ResponseOutputText,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import {
  emptyFunctionCall,
  emptyMessage,
  emptyPart,
  emptyReasoning,
  emptyResponse,
  endOf,
  type OpenAiAnswer,
  type OpenAiResponse,
  reasoned,
} from "./openai-answer";
import { openAiError } from "./openai-error";
import type { AnswerEncoder } from "./play-script";
import type { ContentStep } from "./script-steps";

// What the SDK promises of an event; the number is added when it is sent. Those with a whole response are not among them.
type Unnumbered<Event> = Event extends { response: unknown } | { type: "error" }
  ? never
  : Omit<Event, "sequence_number">;

const REFUSAL = "I'm sorry, but I can't help with that.";
const FAILURE = { code: "server_error", message: "The simulated model has failed" } as const;

/** Writes an answer as the server-sent events of a streaming model call. */
export class OpenAiStream implements AnswerEncoder {
  readonly #answer: OpenAiAnswer;
  readonly #response: OpenAiResponse;
  #sequence = 0;
  #message: ResponseOutputMessage | null = null;
  #part: ResponseOutputText | ResponseOutputRefusal | null = null;
  /** What stands around the number and the text of a delta's event: made once a part, since deltas are many. */
  #delta = { beginning: "", middle: "", end: "" };
  #characters = 0;

  constructor(answer: OpenAiAnswer) {
    this.#answer = answer;
    this.#response = emptyResponse(answer);
  }

  /** As far as it was written. */
  get response(): OpenAiResponse {
    return this.#response;
  }

  begin(): string {
    const opening = this.#whole("response.created") + this.#whole("response.in_progress");
    return this.#answer.reasons ? opening + this.#reasoning() : opening;
  }

  content(step: ContentStep): string {
    if (step.kind === "tool") return this.#closeMessage("completed") + this.#functionCall(step.name, step.fragments);
    if (step.kind === "text-block") return this.#closePart() + this.#openPart();
    const opening = this.#part === null ? this.#openPart() : "";
    if (this.#part?.type === "refusal") this.#part.refusal += step.text;
    else if (this.#part !== null) this.#part.text += step.text;
    this.#characters += step.text.length;
    const { beginning, middle, end } = this.#delta;
    return `${opening}${beginning}${this.#sequence++}${middle}${JSON.stringify(step.text)}${end}`;
  }

  end(): string {
    const silent = this.#answer.finish === "refusal" && this.#characters === 0;
    const refusal = silent ? this.content({ kind: "text", text: REFUSAL }) : "";
    const { status, ...end } = endOf(this.#answer);
    const closing = this.#closeMessage(status);
    Object.assign(this.#response, { status, ...end, usage: this.#answer.usage.final(this.#characters) });
    return refusal + closing + this.#whole(`response.${status}`);
  }

  error(fault: "error-event" | "failed-event"): string {
    if (fault === "failed-event") {
      Object.assign(this.#response, { status: "failed", error: FAILURE });
      return this.#whole("response.failed");
    }
    // Nested, as the API sends it; its reference and the SDK's types have the same fields flat.
    return this.#write({ type: "error", error: openAiError({ status: 500 }) });
  }

  garbage(): string {
    return "event: response.output_text.delta\ndata: {not JSON\n\n";
  }

  #reasoning(): string {
    const item = emptyReasoning();
    const place = { item_id: item.id, output_index: this.#response.output.length };
    const added = this.#added(item);
    Object.assign(item, reasoned(item, this.#answer));
    const summaries = item.summary.map((part, summary_index) => {
      const { text } = part;
      const at = { ...place, summary_index };
      return (
        this.#event({ type: "response.reasoning_summary_part.added", ...at, part: { ...part, text: "" } }) +
        this.#event({ type: "response.reasoning_summary_text.delta", ...at, delta: text }) +
        this.#event({ type: "response.reasoning_summary_text.done", ...at, text }) +
        this.#event({ type: "response.reasoning_summary_part.done", ...at, part })
      );
    });
    return added + summaries.join("") + this.#done(item);
  }

  #functionCall(name: string, fragments: readonly string[]): string {
    const item = emptyFunctionCall(name);
    const place = { item_id: item.id, output_index: this.#response.output.length };
    const added = this.#added(item);
    // A call without arguments is one with an empty object.
    const deltas = (fragments.length === 0 ? ["{}"] : fragments).map((delta) => {
      item.arguments += delta;
      return this.#event({ type: "response.function_call_arguments.delta", ...place, delta });
    });
    this.#characters += name.length + item.arguments.length;
    item.status = "completed";
    const { arguments: json } = item;
    const done = this.#event({ type: "response.function_call_arguments.done", ...place, name, arguments: json });
    return added + deltas.join("") + done + this.#done(item);
  }

  #openPart(): string {
    let opening = "";
    if (this.#message === null) {
      this.#message = emptyMessage();
      opening = this.#added(this.#message);
    }
    const part = emptyPart(this.#answer);
    const { item_id, output_index, content_index } = this.#place(this.#message, this.#message.content.push(part) - 1);
    this.#part = part;
    const [type, end] =
      part.type === "refusal" ? ["response.refusal.delta", ""] : ["response.output_text.delta", ',"logprobs":[]'];
    this.#delta = {
      beginning: `event: ${type}\ndata: {"type":"${type}","sequence_number":`,
      middle: `,"item_id":"${item_id}","output_index":${output_index},"content_index":${content_index},"delta":`,
      end: `${end}}\n\n`,
    };
    return opening + this.#event({ type: "response.content_part.added", item_id, output_index, content_index, part });
  }

  #closePart(): string {
    if (this.#message === null || this.#part === null) return "";
    const part = this.#part;
    const place = this.#place(this.#message, this.#message.content.length - 1);
    this.#part = null;
    const textDone =
      part.type === "refusal"
        ? this.#event({ type: "response.refusal.done", ...place, refusal: part.refusal })
        : this.#event({ type: "response.output_text.done", ...place, text: part.text, logprobs: [] });
    return textDone + this.#event({ type: "response.content_part.done", ...place, part });
  }

  #closeMessage(status: "completed" | "incomplete"): string {
    if (this.#message === null) return "";
    const message = this.#message;
    const closing = this.#closePart();
    message.status = status;
    this.#message = null;
    return closing + this.#done(message);
  }

  // A message is open only while it is the last item.
  #place(message: ResponseOutputMessage, content_index: number) {
    return { item_id: message.id, output_index: this.#response.output.length - 1, content_index };
  }

  #added(item: ResponseOutputItem): string {
    const output_index = this.#response.output.push(item) - 1;
    return this.#event({ type: "response.output_item.added", output_index, item });
  }

  #done(item: ResponseOutputItem): string {
    const output_index = this.#response.output.length - 1;
    return this.#event({ type: "response.output_item.done", output_index, item });
  }

  #whole(type: `response.${"created" | "in_progress" | "completed" | "incomplete" | "failed"}`): string {
    return this.#write({ type, response: this.#response });
  }

  #event(event: Unnumbered<ResponseStreamEvent>): string {
    return this.#write(event);
  }

  #write({ type, ...fields }: { type: string; [field: string]: unknown }): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`;
  }
}
