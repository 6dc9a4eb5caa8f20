import type { AnthropicBlock, AnthropicMessage } from "./anthropic-request";
import { SimulatedRefusal } from "./simulated-refusal";

const USER_BLOCKS = ["text", "tool_result"];
const ASSISTANT_BLOCKS = ["text", "tool_use", "thinking", "redacted_thinking"];

/** Holds a conversation to what Anthropic demands of its messages. Throws a `SimulatedRefusal` that names the message. */
export function checkConversation(messages: readonly AnthropicMessage[], prefillAllowed: boolean): void {
  if (messages[0]?.role !== "user") throw invalid("messages.0: the first message must use the `user` role");
  const usedIds = new Set<string>();
  messages.forEach((message, index) => {
    checkContent(message, index);
    for (const id of toolUseIds(message)) {
      if (usedIds.has(id)) throw invalid(`messages.${index}: \`tool_use\` ids must be unique, and ${id} is used twice`);
      usedIds.add(id);
    }
    checkToolResults(message, messages[index - 1], index);
    checkAnswered(message, messages[index + 1], index);
  });
  checkEnd(messages, prefillAllowed);
}

function checkContent({ role, content }: AnthropicMessage, index: number): void {
  if (content.length === 0) throw invalid(`messages.${index}: content must not be empty`);
  const allowed = role === "user" ? USER_BLOCKS : ASSISTANT_BLOCKS;
  content.forEach((block, position) => {
    const place = `messages.${index}.content.${position}`;
    if (!allowed.includes(block.type))
      throw invalid(`${place}: \`${block.type}\` blocks may not stand in a ${role} message`);
    if (block.type === "text") checkText(block.text, place);
    if (block.type === "tool_result" && Array.isArray(block.content)) {
      for (const [depth, part] of block.content.entries()) checkText(part.text, `${place}.content.${depth}`);
    }
  });
}

function checkText(text: string, place: string): void {
  if (text === "") throw invalid(`${place}: text content blocks must be non-empty`);
  if (text.trim() === "") throw invalid(`${place}: text content blocks must contain non-whitespace text`);
}

// Results stand first in the message right after the calls they answer, one each.
function checkToolResults(message: AnthropicMessage, previous: AnthropicMessage | undefined, index: number): void {
  const asked = new Set(previous?.role === "assistant" ? toolUseIds(previous) : []);
  message.content.forEach((block, position) => {
    if (block.type !== "tool_result") return;
    const place = `messages.${index}.content.${position}`;
    if (!asked.delete(block.tool_use_id)) {
      throw invalid(
        `${place}: this \`tool_result\` answers no open \`tool_use\` of the previous message: ${block.tool_use_id}`,
      );
    }
    if (message.content.slice(0, position).some((before) => before.type !== "tool_result")) {
      throw invalid(`${place}: \`tool_result\` blocks must stand before other content`);
    }
  });
}

function checkAnswered(message: AnthropicMessage, next: AnthropicMessage | undefined, index: number): void {
  const answered = new Set(next?.content.map((block) => (block.type === "tool_result" ? block.tool_use_id : "")));
  const open = toolUseIds(message).filter((id) => !answered.has(id));
  if (open.length > 0) {
    throw invalid(`messages.${index}: \`tool_use\` without a \`tool_result\` in the next message: ${open.join(", ")}`);
  }
}

function checkEnd(messages: readonly AnthropicMessage[], prefillAllowed: boolean): void {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return;
  if (!prefillAllowed)
    throw invalid("This model does not support prefill: the conversation must end with a user message");
  const block: AnthropicBlock | undefined = last.content.at(-1);
  if (block?.type === "text" && block.text !== block.text.trimEnd()) {
    throw invalid("messages: the final assistant message must not end in whitespace");
  }
}

function toolUseIds(message: AnthropicMessage): string[] {
  return message.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
}

function invalid(message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, message });
}
