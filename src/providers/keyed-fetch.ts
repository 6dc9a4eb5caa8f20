import type { Secret } from "../secret";

/** What an SDK's client holds in the key's place: it prints what it holds when it is inspected, and hands it on. */
export const KEY_PLACEHOLDER = "kept-out-of-the-client";

/** A `fetch` that puts the key on the request at the last moment, whatever authorization the SDK gave it. */
export function keyedFetch(apiKey: Secret): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    apiKey.use((plaintext) => headers.set("authorization", `Bearer ${plaintext}`));
    return fetch(input, { ...init, headers });
  };
}
