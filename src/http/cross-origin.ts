import cors from "cors";
import type { RequestHandler } from "express";

/** How long a browser may remember what it was told, in seconds. */
const REMEMBERED_SECONDS = 600;

/** Lets pages of the allowed origins read answers, and browsers ask on their behalf before they send. Others are told nothing. */
export function crossOrigin(isAllowed: (origin: string) => boolean): RequestHandler {
  const tell = cors({
    origin: (origin, answer) => answer(null, origin !== undefined && isAllowed(origin)),
    methods: ["GET", "POST", "OPTIONS"],
    // The last two are how Apollo's clients have a browser ask first even for a GET.
    allowedHeaders: ["authorization", "content-type", "apollo-require-preflight", "x-apollo-operation-name"],
    exposedHeaders: ["retry-after"],
    maxAge: REMEMBERED_SECONDS,
  });
  return (request, response, next) => {
    // Said to those who are told nothing too: a cache must not keep their answer for somebody else's page.
    response.vary("Origin");
    tell(request, response, next);
  };
}
