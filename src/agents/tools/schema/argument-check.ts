import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020";

import type { JsonObject } from "../../../providers/language-model";
import { cleanText, cutText } from "../clean-json";
import { runBounded } from "../run-bounded";
import { ARGUMENT_CHECK_MS } from "../tool-limits";
import { UnusableSchema } from "./json-schema";

/** What is wrong with the arguments, in a sentence for the model; null when they fit. */
export type ArgumentCheck = (args: JsonObject) => string | null;

/** Problems that are named at once, and the characters of each. */
const NAMED_PROBLEMS = 5;
const PROBLEM_CHARACTERS = 300;

const metaschema = new Ajv2020({ strict: false, validateFormats: false, logger: false });

/** Compiles the schema, once for all calls. Throws `UnusableSchema`. */
export function createArgumentCheck(schema: JsonObject): ArgumentCheck {
  const validate = compile(schema);
  return (args) => {
    try {
      return runBounded(() => validate(args), ARGUMENT_CHECK_MS) ? null : describe(validate.errors ?? []);
    } catch {
      // The time is over, or a schema that refers to itself without end has overflowed the stack.
      return "The arguments are too complicated to be checked. Send simpler ones.";
    }
  };
}

function compile(schema: JsonObject): ValidateFunction {
  if (metaschema.validateSchema(schema) !== true) throw new UnusableSchema("it is no valid JSON Schema");
  // An instance of its own: a shared one would keep every schema that a server ever listed.
  const ajv = new Ajv2020({
    strict: false,
    validateSchema: false,
    meta: false,
    validateFormats: false,
    allErrors: true,
    logger: false,
  });
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new UnusableSchema(error instanceof Error ? cutText(error.message, PROBLEM_CHARACTERS) : "it cannot be read");
  }
}

function describe(errors: readonly ErrorObject[]): string {
  const problems = [...new Set(errors.map(describeOne))];
  const named = problems.slice(0, NAMED_PROBLEMS);
  if (problems.length > named.length) named.push("and more");
  return `The arguments do not fit: ${named.join("; ")}. Correct them and call again.`;
}

function describeOne({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
  const at = (name: unknown) => `"${path === "" ? name : `${path}.${name}`}"`;
  const here = path === "" ? "the whole" : `"${path}"`;
  return cutText(cleanText(problem()), PROBLEM_CHARACTERS);

  function problem(): string {
    switch (keyword) {
      case "required":
        return `${at(params.missingProperty)} is missing`;
      case "additionalProperties":
        return `${at(params.additionalProperty)} is not known`;
      case "unevaluatedProperties":
        return `${at(params.unevaluatedProperty)} is not known`;
      case "enum":
        return `${here} must be one of ${JSON.stringify(params.allowedValues)}`;
      case "const":
        return `${here} must be ${JSON.stringify(params.allowedValue)}`;
      case "type":
        return `${here} must be of type ${[params.type].flat().join(" or ")}`;
      default:
        return `${here} ${message ?? "does not fit"}`;
    }
  }
}
