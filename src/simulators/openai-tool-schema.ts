import { memberOf } from "./field-issue";

type Schema = Record<string, unknown>;

const ROOT_COMBINATORS = ["oneOf", "anyOf", "allOf", "enum", "not"];
// What OpenAI's structured outputs cannot hold a model to.
const NOT_STRICT = ["allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties"];

/** What OpenAI would say against the schema of a function's arguments, or of an answer; null where it takes it. */
export function schemaComplaint(schema: Schema, strict: boolean): string | null {
  if (schema.type !== "object") {
    return `schema must be a JSON Schema of 'type: "object"', got 'type: "${schema.type ?? "None"}"'.`;
  }
  if (ROOT_COMBINATORS.some((combinator) => combinator in schema)) {
    return "schema must not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.";
  }
  if (!("properties" in schema)) return inContext([], "object schema missing properties.");
  return complaintAt(schema, [], strict);
}

function complaintAt(schema: Schema, context: readonly string[], strict: boolean): string | null {
  if (schema.type === "array" && !("items" in schema)) return inContext(context, "array schema missing items.");
  const strictly = strict ? strictComplaint(schema) : null;
  if (strictly !== null) return inContext(context, strictly);
  for (const [path, inner] of innerSchemas(schema)) {
    const complaint = complaintAt(inner, [...context, ...path], strict);
    if (complaint !== null) return complaint;
  }
  return null;
}

function strictComplaint(schema: Schema): string | null {
  const forbidden = NOT_STRICT.find((keyword) => keyword in schema);
  if (forbidden !== undefined) return `'${forbidden}' is not permitted.`;
  if (schema.type !== "object" && !("properties" in schema)) return null;
  if (schema.additionalProperties !== false)
    return "'additionalProperties' is required to be supplied and to be false.";
  const required = Array.isArray(schema.required) ? schema.required : [];
  const missing = Object.keys(isSchema(schema.properties) ? schema.properties : {}).find(
    (property) => !required.includes(property),
  );
  if (missing === undefined) return null;
  return `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
}

function innerSchemas(schema: Schema): [path: string[], inner: Schema][] {
  const named = ["properties", "$defs", "definitions"].flatMap((keyword) => {
    const group = schema[keyword];
    return isSchema(group) ? Object.keys(group).map((key) => [keyword, key]) : [];
  });
  const listed = Array.isArray(schema.anyOf) ? schema.anyOf.map((_, index) => ["anyOf", String(index)]) : [];
  return [...named, ["items"], ...listed].flatMap((path): [string[], Schema][] => {
    const inner = path.reduce<unknown>(memberOf, schema);
    return isSchema(inner) ? [[path, inner]] : [];
  });
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inContext(context: readonly string[], complaint: string): string {
  return `In context=(${context.map((key) => `'${key}'`).join(", ")}), ${complaint}`;
}
