// A provider takes reasoning back from its own models only, and refuses the whole request when it cannot open it. Within one
// turn model and account are pinned; in a later one either may have changed. So reasoning lives as long as its turn.

import type { LlmProvider, Message } from "./language-model";

/** The conversation with no other reasoning than this provider's own since the user's last words. */
export function dropSpentReasoning(messages: readonly Message[], provider: LlmProvider): Message[] {
  const asked = messages.findLastIndex(
    ({ role, content }) => role === "user" && content.some((block) => block.type === "text"),
  );
  return messages.map((message, index) => {
    if (message.role === "user") return message;
    const content = message.content.filter(
      (block) => block.type !== "reasoning" || (block.provider === provider && index > asked),
    );
    return { role: "assistant", content };
  });
}
