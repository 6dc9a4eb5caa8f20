import { createHash } from "node:crypto";

import { RequestError } from "../errors";
import type { Buddies, Buddy } from "../workspaces/buddies";
import type { ModelMode } from "../workspaces/model-mode";
import { noSuchBuddy } from "../workspaces/no-such-buddy";

/** A turn as a door asks for it. */
export interface TurnRequest {
  /** Slug; null asks the orchestrator. */
  buddy: string | null;
  message: string;
  /** The conversation to continue, as a row's id; null begins one. */
  threadId: string | null;
  buddyModels: readonly { buddy: string; mode: ModelMode }[];
  idempotencyKey: string | null;
  /** Whether the client has seen some of the turn already: then it exists, and is not started. */
  resumes: boolean;
}

/** A request that may be started or attached to. */
export interface CheckedTurnRequest {
  buddy: Buddy;
  message: string;
  threadId: string | null;
  /** Modes for this turn by slug; slugs that do not exist are left out. */
  overrides: ReadonlyMap<string, ModelMode>;
  idempotencyKey: string | null;
  resumes: boolean;
  /** Digest of buddy and message: what two requests with one idempotency key must have in common. */
  requestHash: string;
}

const IDEMPOTENCY_KEY_CHARACTERS = 128;

/** Throws `BAD_USER_INPUT` or `NOT_FOUND` with the field to blame. */
export function checkTurnRequest(
  request: TurnRequest,
  buddies: Buddies,
  messageCharacters: number,
): CheckedTurnRequest {
  const buddy = request.buddy === null ? buddies.orchestrator : buddies.find(request.buddy);
  if (buddy === undefined) throw noSuchBuddy(buddies);
  if (request.message.trim() === "") throw badInput("message", "The message is empty: say what to ask.");
  if (isLonger(request.message, messageCharacters)) {
    const limit = messageCharacters.toLocaleString("en");
    throw badInput("message", `The message is longer than ${limit} characters: shorten it or send it in parts.`);
  }
  checkText("message", request.message);

  const { idempotencyKey } = request;
  if (idempotencyKey !== null) {
    if (idempotencyKey.length < 1 || idempotencyKey.length > IDEMPOTENCY_KEY_CHARACTERS) {
      throw badInput("idempotencyKey", `An idempotency key has 1 to ${IDEMPOTENCY_KEY_CHARACTERS} characters.`);
    }
    checkText("idempotencyKey", idempotencyKey);
  }

  const overrides = new Map<string, ModelMode>();
  const named = new Set<string>();
  for (const { buddy: slug, mode } of request.buddyModels) {
    if (named.has(slug)) throw badInput("buddyModels", "The same buddy stands in `buddyModels` twice: name it once.");
    named.add(slug);
    if (buddies.find(slug) !== undefined) overrides.set(slug, mode);
  }

  return {
    buddy,
    message: request.message,
    threadId: request.threadId,
    overrides,
    idempotencyKey,
    resumes: request.resumes,
    requestHash: digestOf(buddy, request.message),
  };
}

/** What tells one request from another of the same idempotency key. */
export function digestOf(buddy: Buddy, message: string): string {
  return createHash("sha256")
    .update(JSON.stringify([buddy.slug, message]))
    .digest("hex");
}

/** Counted as people count: a character beyond the basic plane is one, though a string holds it as two. */
function isLonger(text: string, characters: number): boolean {
  return text.length > characters && (text.length > 2 * characters || [...text].length > characters);
}

/** The database keeps neither NUL nor half a surrogate pair: better refused here than failing there. */
function checkText(field: string, text: string): void {
  if (text.includes("\0") || !text.isWellFormed()) {
    throw badInput(field, `\`${field}\` contains a character that is no text (NUL, or half of a surrogate pair).`);
  }
}

function badInput(field: string, message: string): RequestError {
  return new RequestError("BAD_USER_INPUT", message, ["input", field]);
}
