import { z } from "zod";
import { type FieldIssue, valueAt } from "./field-issue";
import { SimulatedRefusal } from "./simulated-refusal";

/** A form's fields; `payload[value]` is the member `value` of `payload`. Stripe's meters nest no deeper. */
export type StripeFields = Record<string, string | Record<string, string>>;

/** A whole number as a form writes it. */
export const formInteger = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform(Number);

/** What every request may ask for and no simulated object has. */
export const formExpand = z.record(z.string(), z.string()).optional();

/** Reads a form body or a query. */
export function parseStripeForm(form: URLSearchParams): StripeFields {
  const fields = new Map<string, string | Map<string, string>>();
  for (const [name, value] of form) {
    const [, outer, inner] = /^([^[\]]+)\[([^[\]]*)\]$/.exec(name) ?? [];
    if (outer === undefined || inner === undefined) {
      fields.set(name, value);
      continue;
    }
    const group = fields.get(outer);
    if (group instanceof Map) group.set(inner, value);
    else fields.set(outer, new Map([[inner, value]]));
  }
  return Object.fromEntries(
    [...fields].map(([name, value]) => [name, value instanceof Map ? Object.fromEntries(value) : value]),
  );
}

/** Checks fields against a schema. Throws Stripe's refusal of the first that is wrong. */
export function readStripeFields<T>(schema: z.ZodType<T>, fields: StripeFields): T {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  // An unknown field is told before a missing one.
  const issues = parsed.error.issues;
  const issue = issues.find((candidate) => candidate.code === "unrecognized_keys") ?? issues[0];
  if (issue === undefined) throw new Error("a schema failed without an issue");
  throw refusalOf(issue, fields);
}

function refusalOf(issue: FieldIssue, fields: StripeFields): SimulatedRefusal {
  const [first = "", ...rest] =
    issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  const param = `${String(first)}${rest.map((key) => `[${String(key)}]`).join("")}`;
  const value = valueAt(fields, issue.path);
  return new SimulatedRefusal({ status: 400, param, ...complaint(issue, param, value) });
}

function complaint(issue: FieldIssue, param: string, value: unknown): { code?: string; message: string } {
  switch (issue.code) {
    case "unrecognized_keys":
      return { code: "parameter_unknown", message: `Received unknown parameter: ${param}` };
    case "invalid_type":
      return value === undefined
        ? { code: "parameter_missing", message: `Missing required param: ${param}.` }
        : { message: issue.expected === "string" ? "Invalid string" : "Invalid object" };
    case "too_small":
      return { code: "parameter_invalid_empty", message: `You passed an empty string for '${param}'.` };
    case "too_big":
      return { message: `Invalid string: ${shortened(value)}; must be at most ${issue.maximum} characters` };
    case "invalid_format":
      return { code: "parameter_invalid_integer", message: `Invalid integer: ${String(value)}` };
    case "invalid_value":
      return { message: `Invalid ${param}: must be one of ${issue.values.map(String).join(", ")}` };
    default:
      return { message: `Invalid ${param}` };
  }
}

function shortened(value: unknown): string {
  const text = String(value);
  return `${text.slice(0, 4)}...${text.slice(-4)}`;
}
