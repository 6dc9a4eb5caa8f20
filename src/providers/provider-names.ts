import type { LlmProvider } from "./language-model";

/** What people call a provider, for sentences that users read. */
export const PROVIDER_NAMES: Record<LlmProvider, string> = { CLAUDE: "Claude", OPENAI: "OpenAI" };
