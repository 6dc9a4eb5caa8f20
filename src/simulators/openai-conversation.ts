import type { OpenAiChatModel } from "./openai-models";
import { sealReasoning } from "./openai-reasoning";
import type { OpenAiItem, OpenAiReasoningItem } from "./openai-request";
import { SimulatedRefusal } from "./simulated-refusal";

/** Holds a conversation to what OpenAI demands of its items. Throws a `SimulatedRefusal` that names the item. */
export function checkConversation(input: readonly OpenAiItem[], model: OpenAiChatModel, key: string): void {
  checkIds(input);
  checkFunctionCalls(input);
  input.forEach((item, index) => {
    if (item.type !== "reasoning") return;
    checkReasoning(item, model, key);
    if (!isOutput(input[index + 1])) {
      throw invalid(`Item '${item.id}' of type 'reasoning' was provided without its required following item.`);
    }
  });
}

function checkIds(input: readonly OpenAiItem[]): void {
  const used = new Set<string>();
  for (const item of input) {
    if (!("id" in item) || typeof item.id !== "string") continue;
    if (used.has(item.id)) {
      throw invalid(`Duplicate item found with id ${item.id}. Remove duplicate items from your input and try again.`);
    }
    used.add(item.id);
  }
}

// A call and its output find each other by `call_id`; what stands between them does not matter.
function checkFunctionCalls(input: readonly OpenAiItem[]): void {
  const called = new Set<string>();
  const open = new Set<string>();
  for (const item of input) {
    if (item.type === "function_call") {
      if (called.has(item.call_id)) throw invalid(`Duplicate function call found with call_id ${item.call_id}.`);
      called.add(item.call_id);
      open.add(item.call_id);
    } else if (item.type === "function_call_output" && !open.delete(item.call_id)) {
      throw invalid(`No tool call found for function call output with call_id ${item.call_id}.`);
    }
  }
  const [unanswered] = open;
  if (unanswered !== undefined) throw invalid(`No tool output found for function call ${unanswered}.`);
}

function checkReasoning(item: OpenAiReasoningItem, model: OpenAiChatModel, key: string): void {
  if (model.efforts.length === 0) {
    throw invalid("Reasoning input items can only be provided to a reasoning model. Remove them from your input.");
  }
  // Nothing is stored here, whatever `store` said: an item has to bring its content along.
  if (!item.encrypted_content) {
    throw new SimulatedRefusal({
      status: 404,
      param: "input",
      message: `Item with id '${item.id}' not found. Items are not persisted when \`store\` is set to false.`,
    });
  }
  if (item.encrypted_content !== sealReasoning(item.id, key)) {
    throw new SimulatedRefusal({
      status: 400,
      code: "invalid_encrypted_content",
      message: `The encrypted content for item ${item.id} could not be verified.`,
    });
  }
}

// What a model writes after it has reasoned.
function isOutput(item: OpenAiItem | undefined): boolean {
  if (item === undefined) return false;
  return "role" in item ? item.role === "assistant" : item.type !== "function_call_output";
}

function invalid(message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, param: "input", message });
}
