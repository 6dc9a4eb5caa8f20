// What every address below /api has in common: who asks, what a body is, and how a refusal is told, which is always
// `{"error","code"}`. Whatever is wrong with a body is said in our words: the reader's own could echo it.
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from "express";
import type { GraphQLFormattedError } from "graphql";

import { RequestError } from "../errors";
import type { Authenticate } from "../workspaces/authenticate";
import { identify } from "../workspaces/identify";

export interface ApiDoorOptions {
  authenticate: Authenticate;
  /** What a client sees of an error, the same as at the GraphQL doors. */
  formatError: (error: unknown) => GraphQLFormattedError;
  /** Bytes of a request's body; more is a 413. */
  bodyBytes: number;
}

export interface ApiDoor {
  /** Settles who asks, before anything of the request is read. */
  identify: RequestHandler;
  /** Reads a JSON object. */
  readBody: RequestHandler[];
  /** Goes last. */
  answerError: ErrorRequestHandler;
}

/** What is not here is a 400. */
const STATUSES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  INVALID_PROVIDER_KEY: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  IDEMPOTENCY_KEY_MISMATCH: 409,
  THREAD_BUSY: 409,
  RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
  PROVIDER_UNREACHABLE: 503,
  SERVICE_UNAVAILABLE: 503,
};

export function createApiDoor({ authenticate, formatError, bodyBytes }: ApiDoorOptions): ApiDoor {
  const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const refusal = requestRefusal(error, bodyBytes);
    if (refusal !== null) refuse(response, refusal.status, refusal.code, refusal.message);
    else answerFailure(response, formatError(error));
  };
  const identified = identify(authenticate);
  return {
    identify: identified,
    // Asked again: a body may take its time, in which a token expires or a workspace is disabled.
    readBody: [checkContentType, express.json({ limit: bodyBytes }), identified, checkIsObject],
    answerError,
  };
}

/** Refuses other methods, and says which there are. */
export function only(...methods: string[]): RequestHandler {
  return ({ method }, response, next) => {
    if (methods.includes(method)) return next();
    response.set("allow", [...methods, "OPTIONS"].join(", "));
    if (method === "OPTIONS") response.status(204).end();
    else refuse(response, 405, "METHOD_NOT_ALLOWED", `This address takes ${methods.join(" and ")}.`);
  };
}

export function refuse(response: Response, status: number, code: string, error: string): void {
  response.status(status).json({ error, code });
}

/** Tells an error with the status that its code has. */
export function answerFailure(response: Response, { message, extensions }: GraphQLFormattedError): void {
  const { code, retryAfterSeconds, requestId } = extensions ?? {};
  const status = STATUSES[String(code)] ?? 400;
  if (code === "UNAUTHENTICATED") response.set("www-authenticate", "Bearer");
  if (retryAfterSeconds !== undefined) response.set("retry-after", String(retryAfterSeconds));
  response.status(status).json({ error: message, code, ...(requestId === undefined ? {} : { requestId }) });
}

const checkContentType: RequestHandler = (request, response, next) => {
  // Null: there is no body at all, which the next one says.
  if (request.is("application/json") !== false) return next();
  const sentence = "Send the body as JSON, with `Content-Type: application/json`.";
  refuse(response, 415, "UNSUPPORTED_MEDIA_TYPE", sentence);
};

const checkIsObject: RequestHandler = ({ body }, _response, next) => {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return next();
  throw new RequestError("BAD_USER_INPUT", "The body is not a JSON object.");
};

/** What the server's framework complains of before we have seen the request; null for everything else. */
function requestRefusal(error: unknown, bodyBytes: number): { status: number; code: string; message: string } | null {
  if (!(error instanceof Error) || error instanceof RequestError || !("status" in error)) return null;
  const { status } = error;
  if (typeof status !== "number" || status >= 500) return null;
  if (status === 413) {
    const message = `The body is larger than ${bodyBytes.toLocaleString("en")} bytes.`;
    return { status, code: "BODY_TOO_LARGE", message };
  }
  if (status === 415) {
    const message = "The body's encoding or character set is not one that this server reads: send UTF-8.";
    return { status, code: "UNSUPPORTED_MEDIA_TYPE", message };
  }
  return {
    status: 400,
    code: "BAD_USER_INPUT",
    message: "The request cannot be read: its address or its JSON is broken.",
  };
}
