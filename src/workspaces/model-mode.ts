export const MODEL_MODES = ["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"] as const;

/** Who pays for, and who serves, a buddy's model calls. */
export type ModelMode = (typeof MODEL_MODES)[number];

export const BYOK_FALLBACKS = ["METERED", "FAIL"] as const;

/** What to do when a bring-your-own-key mode has no key. */
export type ByokFallback = (typeof BYOK_FALLBACKS)[number];
