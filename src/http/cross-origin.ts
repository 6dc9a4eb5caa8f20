import cors from "cors";
import type { RequestHandler } from "express";

import type { Logger } from "../logger";

/** How long a browser may remember what it was told, in seconds. */
const REMEMBERED_SECONDS = 600;

export const GRAPHQL_METHODS = ["GET", "POST", "OPTIONS"];
export const API_METHODS = ["GET", "POST", "DELETE", "OPTIONS"];

/**
 * Lets pages of the allowed origins read answers, and browsers ask on their behalf before they send. Others are told nothing. Allowed
 * pages may send any headers: clients and what traces them add their own, and none of them means anything but the token and what
 * the doors read.
 */
export function crossOrigin(isAllowed: (origin: string) => boolean, methods: string[]): RequestHandler {
  const tell = cors({
    origin: (origin, answer) => answer(null, origin !== undefined && isAllowed(origin)),
    methods,
    exposedHeaders: ["retry-after"],
    maxAge: REMEMBERED_SECONDS,
  });
  return (request, response, next) => {
    // Said to those who are told nothing too: a cache must not keep their answer for somebody else's page.
    response.vary("Origin");
    tell(request, response, next);
  };
}

/** Refused origins that are logged, and characters of each: anybody may send any. */
const LOGGED_ORIGINS = 20;
const LOGGED_CHARACTERS = 200;

/**
 * Unless origins are given, those of this machine on the server's own port, which is known once it listens. Each other one is logged
 * once: its page is told nothing, and whoever wrote it looks for the reason.
 */
export function originCheck(
  allowed: readonly string[] | undefined,
  port: () => number,
  logger: Logger,
): (origin: string) => boolean {
  const own = () => ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port()}`);
  const refused = new Set<string>();
  return (origin) => {
    if ((allowed ?? own()).includes(origin)) return true;
    if (refused.size < LOGGED_ORIGINS && !refused.has(origin)) {
      refused.add(origin);
      const shown = origin.slice(0, LOGGED_CHARACTERS);
      logger.info({ origin: shown }, "a web page was refused: ALLOWED_ORIGINS does not name its origin");
    }
    return false;
  };
}
