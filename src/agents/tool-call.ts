/** One tool call of a session, as it is stored and shown. */
export interface ToolCall {
  /** Unique within the session. */
  id: string;
  /** As the buddy's allowlist names it. */
  name: string;
  /** A JSON object. */
  arguments: unknown;
  /** A JSON value; null while running, and of a tool that failed. */
  result: unknown;
  /** Why the tool failed; null otherwise. */
  errorMessage: string | null;
  /** ISO 8601: text, so that it is the same in an event and in a row. */
  startedAt: string;
  /** Null while running. */
  durationMs: number | null;
}
