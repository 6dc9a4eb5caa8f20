// What this browser has chosen for buddies, sent with every chat request: `wp-buddy-models-{wsId}` holds `{"campaign":"BYOK_CLAUDE"}`.
// Others write there too, and people do: whatever does not fit is dropped.
import type { ModelMode } from "./generated/graphql";

export type BuddyModels = Readonly<Record<string, ModelMode>>;

const MODES: readonly string[] = ["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"] satisfies ModelMode[];

export function buddyModelsKey(workspaceId: string): string {
  return `wp-buddy-models-${workspaceId}`;
}

/** What of a kept text counts: modes that there are, of buddies that there are (any, where they are not known yet). */
export function readBuddyModels(kept: string | null, slugs: readonly string[] | null): BuddyModels {
  return Object.fromEntries(
    Object.entries(parseObject(kept)).filter(
      (entry): entry is [string, ModelMode] =>
        typeof entry[1] === "string" && MODES.includes(entry[1]) && (slugs === null || slugs.includes(entry[0])),
    ),
  );
}

/** As it is kept; null where there is nothing to keep. */
export function writeBuddyModels(models: BuddyModels): string | null {
  return Object.keys(models).length === 0 ? null : JSON.stringify(models);
}

/** As a chat request has it. */
export function asInput(models: BuddyModels): { buddy: string; mode: ModelMode }[] {
  return Object.entries(models).map(([buddy, mode]) => ({ buddy, mode }));
}

function parseObject(text: string | null): object {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
