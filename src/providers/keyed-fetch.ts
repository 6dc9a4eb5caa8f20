import type { Secret } from "../secret";
import { breakOnSilence } from "./break-on-silence";

/** What an SDK's client holds in the key's place: it prints what it holds when it is inspected, and hands it on. */
export const KEY_PLACEHOLDER = "kept-out-of-the-client";

/**
 * A `fetch` that puts the key on the request at the last moment, whatever authorization the SDK gave it, and breaks an answer in
 * which no byte comes for so long.
 */
export function keyedFetch(apiKey: Secret, silenceMs: number): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    apiKey.use((plaintext) => headers.set("authorization", `Bearer ${plaintext}`));
    return breakOnSilence(await fetch(input, { ...init, headers }), silenceMs);
  };
}
