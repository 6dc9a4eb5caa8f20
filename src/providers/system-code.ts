/** The innermost system code of a failed connection, e.g. `ECONNREFUSED`; undefined where there is none. */
export function systemCode(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null) return undefined;
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return "cause" in cause ? systemCode(cause.cause) : undefined;
}
