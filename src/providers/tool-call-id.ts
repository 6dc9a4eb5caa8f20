import { createHash } from "node:crypto";

/** What every provider takes as the id of a tool call, and nothing longer. */
const ACCEPTED = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * The id under which a provider is told of a tool call and of its result. Derived from the canonical id alone, so that both
 * agree and the cached prefix stays the same from call to call.
 */
export function toProviderToolCallId(id: string): string {
  return ACCEPTED.test(id) ? id : `call_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`;
}
