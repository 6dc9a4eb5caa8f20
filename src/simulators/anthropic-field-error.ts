import { type FieldIssue, innermostIssue, memberOf, valueAt } from "./field-issue";

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
export function describeFieldError(issue: FieldIssue, body: unknown): string {
  const inner = innermostIssue(issue);
  const path = inner.code === "unrecognized_keys" ? [...inner.path, inner.keys[0] ?? ""] : inner.path;
  // A block of no known type is named by its own path, not by that of its type.
  const named = inner.code === "invalid_union" && inner.path.at(-1) === "type" ? path.slice(0, -1) : path;
  const place = taggedPath(named, body);
  return `${place === "" ? "body" : place}: ${complaint(inner, valueAt(body, path))}`;
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

function complaint(issue: FieldIssue, value: unknown): string {
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
