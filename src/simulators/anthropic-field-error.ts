import type { z } from "zod";

type Issue = z.core.$ZodIssue;

const TYPE_NAMES: Record<string, string> = {
  string: "string",
  number: "number",
  int: "integer",
  boolean: "boolean",
  array: "list",
  object: "dictionary",
  record: "dictionary",
};

/** One sentence about a field in Anthropic's manner: its path, then what is wrong, e.g. `messages.0.content: Field required`. */
export function describeFieldError(issue: Issue, body: unknown): string {
  const inner = innermost(issue);
  const path = inner.code === "unrecognized_keys" ? [...inner.path, inner.keys[0] ?? ""] : inner.path;
  // A block of no known type is named by its own path, not by that of its type.
  const named = inner.code === "invalid_union" && inner.path.at(-1) === "type" ? path.slice(0, -1) : path;
  const place = taggedPath(named, body);
  return `${place === "" ? "body" : place}: ${complaint(inner, valueAt(body, path))}`;
}

// Of the alternatives of a union, the one that fails furthest in is the one that was meant.
function innermost(issue: Issue, above: readonly PropertyKey[] = []): Issue {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const meant = issue.errors
      .map(([first]) => first)
      .findLast((first) => first !== undefined && !isOfWrongType(first));
    const last = issue.errors.at(-1)?.[0];
    const chosen = meant ?? last;
    if (chosen !== undefined) return innermost(chosen, path);
  }
  return { ...issue, path };
}

function isOfWrongType(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

// Anthropic names the kind of a block inside the path: `messages.0.content.1.tool_use.id`.
function taggedPath(path: readonly PropertyKey[], body: unknown): string {
  const names: string[] = [];
  let value = body;
  path.forEach((key, depth) => {
    names.push(String(key));
    value = memberOf(value, key);
    if (depth === path.length - 1 || typeof key !== "number") return;
    if (path[0] === "tools" && depth === 1) names.push("custom");
    const type = memberOf(value, "type");
    if (path[0] === "messages" && typeof type === "string") names.push(type);
  });
  return names.join(".");
}

function complaint(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return "Extra inputs are not permitted";
    case "invalid_type":
      return value === undefined
        ? "Field required"
        : `Input should be a valid ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return value === undefined
        ? "Field required"
        : `Input should be ${issue.values.map((allowed) => `'${String(allowed)}'`).join(" or ")}`;
    case "invalid_union": {
      if (value === undefined) return "Unable to extract tag using discriminator 'type'";
      return `Input tag '${String(value)}' found using 'type' is not one of the tags that this simulator knows`;
    }
    case "invalid_format":
      return issue.format === "regex" ? `String should match pattern '${issue.pattern?.slice(1, -1)}'` : issue.message;
    case "too_small":
      return issue.origin === "array"
        ? `List should have at least ${issue.minimum} item`
        : `Input should be greater than or equal to ${issue.minimum}`;
    default:
      return issue.message;
  }
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(memberOf, body);
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
