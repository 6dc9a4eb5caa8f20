import { type FieldIssue, innermostIssue, valueAt } from "./field-issue";
import type { Refusal } from "./simulated-refusal";

const TYPE_NAMES: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "a boolean",
  array: "an array",
  object: "an object",
  record: "an object",
};

/** What OpenAI answers to a field that is wrong: its code, its path as `param` (`input[0].content`), and a sentence about both. */
export function fieldRefusal(issue: FieldIssue, body: unknown): Refusal {
  const inner = innermostIssue(issue);
  const path = inner.code === "unrecognized_keys" ? [...inner.path, inner.keys[0] ?? ""] : inner.path;
  const param = path.length === 0 ? undefined : pathName(path);
  return { status: 400, param, ...complaint(inner, param ?? "body", valueAt(body, path)) };
}

function pathName(path: readonly PropertyKey[]): string {
  const steps = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
  return steps.join("").replace(/^\./, "");
}

function complaint(issue: FieldIssue, param: string, value: unknown): { code: string; message: string } {
  if (issue.code === "unrecognized_keys") {
    return { code: "unknown_parameter", message: `Unknown parameter: '${param}'.` };
  }
  if (value === undefined) {
    return { code: "missing_required_parameter", message: `Missing required parameter: '${param}'.` };
  }
  switch (issue.code) {
    case "invalid_type": {
      const expected = TYPE_NAMES[issue.expected] ?? issue.expected;
      return {
        code: "invalid_type",
        message: `Invalid type for '${param}': expected ${expected}, but got ${kindOf(value)} instead.`,
      };
    }
    case "invalid_value":
      return unsupported(value, issue.values);
    case "invalid_union":
      return unsupported(value, "options" in issue && Array.isArray(issue.options) ? issue.options : []);
    case "too_small":
      if (issue.origin === "array") {
        return { code: "empty_array", message: `Invalid '${param}': empty array. Expected at least ${issue.minimum}.` };
      }
      return limited("below_min", param, `>= ${issue.minimum}`, value);
    case "too_big":
      return limited("above_max", param, `<= ${issue.maximum}`, value);
    case "invalid_format":
      return {
        code: "invalid_value",
        message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${issue.format === "regex" ? issue.pattern?.slice(1, -1) : issue.format}'.`,
      };
    default:
      return { code: "invalid_value", message: `Invalid '${param}': ${issue.message}.` };
  }
}

function unsupported(value: unknown, supported: readonly unknown[]): { code: string; message: string } {
  const named = supported.filter((candidate) => candidate !== undefined).map((candidate) => `'${String(candidate)}'`);
  return {
    code: "invalid_value",
    message: `Invalid value: '${String(value)}'. Supported values are: ${named.join(", ")}.`,
  };
}

// A number is compared as it is, everything else by its length.
function limited(bound: "below_min" | "above_max", param: string, expected: string, value: unknown) {
  const [what, measure, found] = measured(value);
  return {
    code: `${what}_${bound}_${measure}`,
    message: `Invalid '${param}': expected a ${measure} ${expected}, but got ${found} instead.`,
  };
}

function measured(value: unknown): [what: string, measure: "value" | "length", found: unknown] {
  if (typeof value === "number") return [Number.isInteger(value) ? "integer" : "decimal", "value", value];
  if (Array.isArray(value)) return ["array", "length", value.length];
  return ["string", "length", String(value).length];
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : (TYPE_NAMES[typeof value] ?? typeof value);
}
