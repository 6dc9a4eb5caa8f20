import type { z } from "zod";

/** What a schema finds wrong with a field. */
export type FieldIssue = z.core.$ZodIssue;

/** The issue that says most. Of the alternatives of a union, the one that fails furthest in is the one that was meant. */
export function innermostIssue(issue: FieldIssue, above: readonly PropertyKey[] = []): FieldIssue {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const meant = issue.errors
      .map(([first]) => first)
      .findLast((first) => first !== undefined && !isOfWrongType(first));
    const last = issue.errors.at(-1)?.[0];
    const chosen = meant ?? last;
    if (chosen !== undefined) return innermostIssue(chosen, path);
  }
  return { ...issue, path };
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(memberOf, body);
}

/** A member of something that may be no object. */
export function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function isOfWrongType(issue: FieldIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}
