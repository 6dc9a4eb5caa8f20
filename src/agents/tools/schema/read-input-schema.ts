import type { JsonObject, JsonValue } from "../../../providers/language-model";
import { cleanJsonText, isJsonObject } from "../clean-json";
import { SCHEMA_CHARACTERS, SCHEMA_DEPTH } from "../tool-limits";
import {
  followReference,
  LIST_OF_SCHEMAS,
  mapSubschemas,
  ONE_SCHEMA,
  SCHEMAS_BY_NAME,
  UnusableSchema,
} from "./json-schema";

/** Keywords without schemas inside. Any other one is left out: a foreign dialect may mean anything by it. */
const PLAIN = new Set([
  "type",
  "enum",
  "const",
  "required",
  "dependentRequired",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minContains",
  "maxContains",
  "minProperties",
  "maxProperties",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "$ref",
]);

/**
 * A tool's input schema, of whatever draft, as draft 2020-12 with an object at its root: bounded, refering only to itself,
 * and without what this server does not check. Throws `UnusableSchema`.
 */
export function readInputSchema(given: unknown): JsonObject {
  const text = cleanJsonText(given);
  if (text.length > SCHEMA_CHARACTERS) throw new UnusableSchema("it is too long");
  const read = readSchema(JSON.parse(text), 0);
  if (!isJsonObject(read)) throw new UnusableSchema("its root is not an object");

  const root = followReference(read, read);
  const types = [root.type ?? "object"].flat();
  if (!types.includes("object")) throw new UnusableSchema("its root is not an object");
  return { ...root, type: "object", properties: root.properties ?? {} };
}

function readSchema(given: JsonValue, depth: number): JsonValue {
  if (typeof given === "boolean") return given;
  if (given === null && depth === 0) return {};
  if (!isJsonObject(given)) throw new UnusableSchema("it holds something that is not a schema");
  if (depth > SCHEMA_DEPTH) throw new UnusableSchema("it is nested too deeply");
  if (typeof given.$ref === "string" && !given.$ref.startsWith("#")) {
    throw new UnusableSchema("it refers to a schema elsewhere");
  }
  const known = Object.entries(withTuples(withoutForeignPatterns(given))).filter(
    ([keyword]) =>
      PLAIN.has(keyword) || ONE_SCHEMA.has(keyword) || LIST_OF_SCHEMAS.has(keyword) || SCHEMAS_BY_NAME.has(keyword),
  );
  return mapSubschemas(Object.fromEntries(known), (subschema) => readSchema(subschema, depth + 1));
}

/** Before 2020-12 a list in `items` was what `prefixItems` is now, and `additionalItems` what `items` is. */
function withTuples(schema: JsonObject): JsonObject {
  if (!Array.isArray(schema.items)) return schema;
  const { items, additionalItems, ...rest } = schema;
  return { ...rest, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) };
}

/** A pattern of another dialect than JavaScript's is left to the tool to check. */
function withoutForeignPatterns(schema: JsonObject): JsonObject {
  const { pattern, patternProperties, ...rest } = schema;
  if (isPattern(pattern)) rest.pattern = pattern;
  if (patternProperties === undefined) return rest;
  if (isJsonObject(patternProperties) && Object.keys(patternProperties).every(isPattern)) {
    return { ...rest, patternProperties };
  }
  // Without them, properties that they allow would count as additional ones.
  const { additionalProperties: _, unevaluatedProperties: __, ...open } = rest;
  return open;
}

function isPattern(value: JsonValue | undefined): value is string {
  if (typeof value !== "string") return false;
  try {
    return new RegExp(value, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
