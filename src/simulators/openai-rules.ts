import { checkConversation } from "./openai-conversation";
import type { OpenAiChatModel } from "./openai-models";
import type { OpenAiRequest } from "./openai-request";
import { schemaComplaint } from "./openai-tool-schema";
import { type PromptSegment, tokensOf } from "./prompt-cache";
import { type Refusal, SimulatedRefusal } from "./simulated-refusal";

/** Holds a well-formed request to the rules that no schema can say. Throws a `SimulatedRefusal`. */
export function checkOpenAiRules(
  request: OpenAiRequest,
  segments: PromptSegment[],
  model: OpenAiChatModel,
  key: string,
): void {
  if (typeof request.max_output_tokens === "number" && request.max_output_tokens > model.outputTokens) {
    throw invalid({
      code: "integer_above_max_value",
      param: "max_output_tokens",
      message: `Invalid 'max_output_tokens': expected a value <= ${model.outputTokens} with ${model.id}.`,
    });
  }
  if (request.truncation !== "auto") checkContext(segments, model);
  if (typeof request.previous_response_id === "string") {
    throw invalid({
      code: "previous_response_not_found",
      param: "previous_response_id",
      message: `Previous response with id '${request.previous_response_id}' not found.`,
    });
  }
  checkModelFits(request, model);
  checkTools(request);
  checkFormat(request);
  checkConversation(request.input, model, key);
}

function checkContext(segments: PromptSegment[], model: OpenAiChatModel): void {
  const promptTokens = tokensOf(segments.reduce((sum, segment) => sum + segment.characters, 0));
  if (promptTokens <= model.contextTokens) return;
  throw invalid({
    code: "context_length_exceeded",
    param: "input",
    message: `Your input exceeds the context window of this model: ${promptTokens} tokens > ${model.contextTokens}.`,
  });
}

function checkModelFits({ temperature, top_p, reasoning, include, text }: OpenAiRequest, model: OpenAiChatModel): void {
  const reasons = model.efforts.length > 0;
  if (reasons && typeof temperature === "number") throw unsupportedParameter("temperature");
  if (reasons && typeof top_p === "number") throw unsupportedParameter("top_p");
  if (!reasons && reasoning?.summary) throw unsupportedParameter("reasoning.summary");
  if (!reasons && reasoning?.effort) throw unsupportedParameter("reasoning.effort");
  if (reasoning?.effort && !model.efforts.includes(reasoning.effort)) {
    throw unsupportedValue("reasoning.effort", reasoning.effort, model, model.efforts);
  }
  if (!reasons && text?.verbosity && text.verbosity !== "medium") {
    throw unsupportedValue("text.verbosity", text.verbosity, model, ["medium"]);
  }
  if (!reasons && include?.includes("reasoning.encrypted_content")) {
    throw invalid({ param: "include", message: "Encrypted content is not supported with this model." });
  }
}

function checkTools({ tools = [], tool_choice }: OpenAiRequest): void {
  const names = new Set<string>();
  tools.forEach(({ name, parameters, strict }, index) => {
    if (names.has(name)) throw invalid({ param: `tools[${index}].name`, message: "Tool names must be unique." });
    names.add(name);
    const complaint = parameters ? schemaComplaint(parameters, strict === true) : null;
    if (complaint === null) return;
    throw invalid({
      code: "invalid_function_parameters",
      param: `tools[${index}].parameters`,
      message: `Invalid schema for function '${name}': ${complaint}`,
    });
  });
  if (tool_choice === undefined || tool_choice === "auto" || tool_choice === "none") return;
  const chosen = typeof tool_choice === "string" || tool_choice.type === "function" ? [tool_choice] : tool_choice.tools;
  for (const choice of chosen) {
    if (typeof choice === "string" ? tools.length > 0 : names.has(choice.name)) continue;
    const named = typeof choice === "string" ? choice : choice.name;
    throw invalid({ param: "tool_choice", message: `Tool choice '${named}' not found in 'tools' parameter.` });
  }
}

function checkFormat({ text }: OpenAiRequest): void {
  if (text?.format?.type !== "json_schema") return;
  const complaint = schemaComplaint(text.format.schema, text.format.strict === true);
  if (complaint === null) return;
  throw invalid({
    code: "invalid_json_schema",
    param: "text.format.schema",
    message: `Invalid schema for response_format '${text.format.name}': ${complaint}`,
  });
}

function unsupportedParameter(param: string): SimulatedRefusal {
  const message = `Unsupported parameter: '${param}' is not supported with this model.`;
  return invalid({ code: "unsupported_parameter", param, message });
}

function unsupportedValue(param: string, value: string, model: OpenAiChatModel, supported: readonly string[]) {
  const named = supported.map((candidate) => `'${candidate}'`).join(", ");
  const message = `Unsupported value: '${value}' is not supported with the '${model.id}' model. Supported values are: ${named}.`;
  return invalid({ code: "unsupported_value", param, message });
}

function invalid(refusal: Omit<Refusal, "status">): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, ...refusal });
}
