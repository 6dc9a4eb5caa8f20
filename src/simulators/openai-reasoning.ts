import { createHmac } from "node:crypto";

// Not secret: it tells the simulator's own content from any other, and does so still after a restart, as OpenAI's does.
const SEAL = "simulated reasoning";

/**
 * What stands for a model's thoughts in `encrypted_content`: nobody can read it, and it counts only in the item that it was
 * made for, under the key that it was made with (each key is an account of its own here).
 */
export function sealReasoning(itemId: string, key: string): string {
  return `gAAAAA${createHmac("sha256", SEAL).update(`${itemId}\n${key}`).digest("base64url")}`;
}
