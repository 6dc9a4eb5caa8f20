import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import type { JournalEntry } from "../../src/simulators/simulator-journal";
import { markerIn } from "./plan-turns";

/** How often the simulators' journals, which forget their oldest entries, are read, in milliseconds. */
const READ_EVERY_MS = 500;

/** Counts model calls by the marker of the session that made them. Call `stop` for the counts. */
export function countCalls(simulators: readonly ProviderSimulator[]): { stop(): Map<string, number> } {
  const counts = new Map<string, number>();
  const counted = new WeakSet<JournalEntry>();
  const read = (): void => {
    for (const entry of simulators.flatMap(({ journal }) => journal.messages())) {
      // Its body is still to come.
      if (counted.has(entry) || entry.body === null) continue;
      counted.add(entry);
      const marker = markerIn(firstMessage(entry.body));
      if (marker !== undefined) counts.set(marker, (counts.get(marker) ?? 0) + 1);
    }
  };
  const timer = setInterval(read, READ_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      read();
      return counts;
    },
  };
}

// Anthropic's requests have `messages`, OpenAI's have `input`. A child's task stands in its parent's later messages too.
function firstMessage(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const messages = "messages" in body ? body.messages : "input" in body ? body.input : [];
  return JSON.stringify(Array.isArray(messages) ? messages[0] : messages) ?? "";
}
