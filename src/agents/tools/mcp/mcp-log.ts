import type { Logger } from "../../../logger";
import { cutText } from "../clean-json";
import { MCP_LOG_LINE_CHARACTERS, MCP_LOG_LINES } from "../tool-limits";

/** What is logged of one MCP server. Its own words are cut, and what its entry keeps secret is taken out of them. */
export interface McpLog {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
  /** Why something failed, fit for `fields`. */
  reason(error: unknown): string;
  /** A line that the server's process wrote to its error output. */
  says(line: string): void;
}

/** Shorter values, such as `1` or `true`, are no secrets, and occur in any text. */
const SHORTEST_SECRET = 8;

export function createMcpLog(logger: Logger, server: string, secrets: readonly string[]): McpLog {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  const foreign = (text: string) => {
    const told = hidden.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
    return cutText(told, MCP_LOG_LINE_CHARACTERS);
  };
  const write = (level: "info" | "warn" | "debug") => (message: string, fields?: object) =>
    logger[level]({ server, ...fields }, message);
  const debug = write("debug");
  let minute = 0;
  let lines = 0;
  return {
    info: write("info"),
    warn: write("warn"),
    debug,
    reason: (error) => foreign(whyOf(error)),
    says(line) {
      const now = Math.floor(performance.now() / 60_000);
      lines = now === minute ? lines + 1 : 1;
      minute = now;
      if (lines <= MCP_LOG_LINES) debug("an MCP server says", { line: foreign(line) });
    },
  };
}

/** `fetch` says why only in its error's cause. */
function whyOf(error: unknown): string {
  const message = messageOf(error) ?? "unknown";
  const cause = typeof error === "object" && error !== null && "cause" in error ? messageOf(error.cause) : undefined;
  return cause === undefined ? message : `${message}: ${cause}`;
}

function messageOf(error: unknown): string | undefined {
  const hasMessage = typeof error === "object" && error !== null && "message" in error;
  return hasMessage && typeof error.message === "string" && error.message !== "" ? error.message : undefined;
}
