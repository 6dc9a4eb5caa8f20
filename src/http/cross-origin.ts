import cors from "cors";
import type { RequestHandler } from "express";

/** How long a browser may remember what it was told, in seconds. */
const REMEMBERED_SECONDS = 600;

/** What pages may send beside what any page may. */
export interface CrossOriginRules {
  methods: string[];
  headers: string[];
}

export const GRAPHQL_RULES: CrossOriginRules = {
  methods: ["GET", "POST", "OPTIONS"],
  // The last two are how Apollo's clients have a browser ask first even for a GET.
  headers: ["authorization", "content-type", "apollo-require-preflight", "x-apollo-operation-name"],
};

export const API_RULES: CrossOriginRules = {
  methods: ["GET", "POST", "DELETE", "OPTIONS"],
  headers: ["authorization", "content-type", "last-event-id"],
};

/** Lets pages of the allowed origins read answers, and browsers ask on their behalf before they send. Others are told nothing. */
export function crossOrigin(
  isAllowed: (origin: string) => boolean,
  { methods, headers }: CrossOriginRules,
): RequestHandler {
  const tell = cors({
    origin: (origin, answer) => answer(null, origin !== undefined && isAllowed(origin)),
    methods,
    allowedHeaders: headers,
    exposedHeaders: ["retry-after"],
    maxAge: REMEMBERED_SECONDS,
  });
  return (request, response, next) => {
    // Said to those who are told nothing too: a cache must not keep their answer for somebody else's page.
    response.vary("Origin");
    tell(request, response, next);
  };
}

/** Unless origins are given, those of this machine on the server's own port, which is known once it listens. */
export function originCheck(allowed: readonly string[] | undefined, port: () => number): (origin: string) => boolean {
  const own = () => ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port()}`);
  return (origin) => (allowed ?? own()).includes(origin);
}
