import type { ModelInfo } from "@anthropic-ai/sdk/resources/models";
import { checkConversation } from "./anthropic-conversation";
import type { AnthropicRequest } from "./anthropic-request";
import { type PromptSegment, tokensOf } from "./prompt-cache";
import { SimulatedRefusal } from "./simulated-refusal";

const MAX_BREAKPOINTS = 4;
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;
const ROOT_COMBINATORS = ["oneOf", "anyOf", "allOf"];

/** Holds a well-formed request to the rules that no schema can say. Throws a `SimulatedRefusal`. */
export function checkAnthropicRules(request: AnthropicRequest, segments: PromptSegment[], model: ModelInfo): void {
  if (model.max_tokens !== null && request.max_tokens > model.max_tokens) {
    throw invalid(`max_tokens: ${request.max_tokens} > ${model.max_tokens}, which is the maximum for ${model.id}`);
  }
  const promptTokens = tokensOf(segments.reduce((sum, segment) => sum + segment.characters, 0));
  if (model.max_input_tokens !== null && promptTokens > model.max_input_tokens) {
    throw invalid(`prompt is too long: ${promptTokens} tokens > ${model.max_input_tokens} maximum`);
  }
  if (request.system?.some((block) => block.text === ""))
    throw invalid("system: text content blocks must be non-empty");
  checkTools(request);
  checkThinking(request, model);
  checkBreakpoints(segments);
  // Models that can think adaptively are those that cannot be prefilled.
  checkConversation(request.messages, model.capabilities?.thinking.types.adaptive.supported === false);
}

function checkTools({ tools = [], tool_choice }: AnthropicRequest): void {
  const names = new Set<string>();
  tools.forEach(({ name, input_schema }, index) => {
    const place = `tools.${index}.custom`;
    if (names.has(name)) throw invalid(`${place}.name: tool names must be unique`);
    names.add(name);
    const combinator = ROOT_COMBINATORS.find((candidate) => candidate in input_schema);
    if (combinator !== undefined) throw invalid(`${place}.input_schema: ${combinator} is not allowed at the top level`);
    const property = Object.keys(input_schema.properties ?? {}).find((candidate) => !PROPERTY_NAME.test(candidate));
    if (property !== undefined) {
      throw invalid(`${place}.input_schema.properties: property keys should match pattern '${PROPERTY_NAME.source}'`);
    }
  });
  if (tool_choice !== undefined && tools.length === 0)
    throw invalid("tool_choice: may only be given together with tools");
  if (tool_choice?.type === "tool" && !names.has(tool_choice.name)) {
    throw invalid(`tool_choice: tool '${tool_choice.name}' is not one of the tools`);
  }
}

function checkThinking({ thinking, tool_choice, max_tokens }: AnthropicRequest, model: ModelInfo): void {
  if (thinking === undefined || thinking.type === "disabled") return;
  if (model.capabilities?.thinking.types[thinking.type].supported === false) {
    throw invalid(`thinking.type: '${thinking.type}' is not supported by ${model.id}`);
  }
  if (thinking.type === "enabled" && thinking.budget_tokens >= max_tokens) {
    throw invalid("thinking.enabled.budget_tokens: must be less than max_tokens");
  }
  if (tool_choice?.type === "any" || tool_choice?.type === "tool") {
    throw invalid("thinking: may not be enabled when tool_choice forces tool use");
  }
}

function checkBreakpoints(segments: PromptSegment[]): void {
  const breakpoints = segments.flatMap(({ breakpoint }) => (breakpoint === null ? [] : [breakpoint]));
  if (breakpoints.length > MAX_BREAKPOINTS) {
    throw invalid(`cache_control: at most ${MAX_BREAKPOINTS} blocks may have it, and there are ${breakpoints.length}`);
  }
  if (breakpoints.lastIndexOf("1h") > breakpoints.indexOf("5m") && breakpoints.includes("5m")) {
    throw invalid("cache_control: a block with ttl '1h' must not come after one with ttl '5m'");
  }
}

function invalid(message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, message });
}
