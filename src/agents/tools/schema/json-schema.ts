// What both halves of schema handling know about JSON Schema: which keywords hold schemas, and how local references lead on.
import type { JsonObject, JsonValue } from "../../../providers/language-model";
import { isJsonObject } from "../clean-json";

/** Why a tool cannot be offered: its schema is none, or says what the providers refuse. */
export class UnusableSchema extends Error {}

export const ONE_SCHEMA: ReadonlySet<string> = new Set([
  "items",
  "additionalProperties",
  "unevaluatedItems",
  "unevaluatedProperties",
  "propertyNames",
  "contains",
  "not",
  "if",
  "then",
  "else",
]);
export const LIST_OF_SCHEMAS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
export const SCHEMAS_BY_NAME: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

/** Local references from one to the next that are followed. */
const LONGEST_WAY = 8;

/** The schema with each schema directly inside it replaced. What has the wrong shape stays, for the check to find. */
export function mapSubschemas(
  schema: JsonObject,
  map: (subschema: JsonValue, keyword: string) => JsonValue,
): JsonObject {
  return mapValues(schema, (value, keyword) => {
    if (ONE_SCHEMA.has(keyword)) return map(value, keyword);
    if (LIST_OF_SCHEMAS.has(keyword) && Array.isArray(value)) return value.map((each) => map(each, keyword));
    if (SCHEMAS_BY_NAME.has(keyword) && isJsonObject(value)) return mapValues(value, (each) => map(each, keyword));
    return value;
  });
}

/** The schema itself, or where its `$ref` into the same document leads. */
export function followReference(root: JsonObject, schema: JsonObject): JsonObject {
  let here = schema;
  for (let steps = 0; steps < LONGEST_WAY; steps += 1) {
    if (typeof here.$ref !== "string") return here;
    const target = atPointer(root, here.$ref);
    if (!isJsonObject(target)) break;
    const { $ref: _followed, ...beside } = here;
    here = { ...target, ...beside };
  }
  throw new UnusableSchema("a $ref in it leads nowhere");
}

/** Like `Object.entries` and back, and safe for a key such as `__proto__`. */
function mapValues(object: JsonObject, map: (value: JsonValue, key: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

function atPointer(root: JsonObject, reference: string): JsonValue | undefined {
  if (!/^#(\/|$)/.test(reference)) return undefined;
  let here: JsonValue | undefined = root;
  for (const part of reference.split("/").slice(1)) {
    const key = decodePointer(part);
    if (Array.isArray(here)) here = here[Number(key)];
    else here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

function decodePointer(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}
