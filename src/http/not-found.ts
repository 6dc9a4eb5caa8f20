import type { RequestHandler } from "express";

/** Goes last: answers what nobody else did. Express's own page repeats the address, and whatever secret was pasted into it. */
export function notFound(): RequestHandler {
  return (_request, response) => {
    response.status(404).json({ error: "There is nothing at this address.", code: "NOT_FOUND" });
  };
}
