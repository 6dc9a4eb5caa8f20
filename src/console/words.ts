// What things are called on the pages, and how figures and times are written there.
import type {
  AgentSessionStatus,
  FallbackReason,
  LlmProvider,
  MeteringState,
  ModelMode,
  Payer,
  ProviderStatus,
} from "./generated/graphql";

export const PROVIDERS: Record<LlmProvider, string> = { CLAUDE: "Claude", OPENAI: "OpenAI" };

/** Whose models they are. */
export const COMPANIES: Record<LlmProvider, string> = { CLAUDE: "Anthropic", OPENAI: "OpenAI" };

export const MODES: Record<ModelMode, string> = {
  METERED: "Metered",
  BYOK_CLAUDE: "Claude key",
  BYOK_OPENAI: "OpenAI key",
};

export const MODE_OF: Record<LlmProvider, ModelMode> = { CLAUDE: "BYOK_CLAUDE", OPENAI: "BYOK_OPENAI" };

export const KEY_STATES: Record<ProviderStatus, { label: string; tone: Tone }> = {
  NOT_CONFIGURED: { label: "Not configured", tone: "plain" },
  ACTIVE: { label: "Connected", tone: "good" },
  LIMITED: { label: "Limited", tone: "warn" },
  INVALID: { label: "Rejected", tone: "bad" },
  QUOTA_EXCEEDED: { label: "Out of quota", tone: "bad" },
};

export const STATUSES: Record<AgentSessionStatus, { label: string; tone: Tone }> = {
  PENDING: { label: "Starting", tone: "busy" },
  RUNNING: { label: "Running", tone: "busy" },
  COMPLETED: { label: "Completed", tone: "good" },
  FAILED: { label: "Failed", tone: "bad" },
  CANCELLED: { label: "Cancelled", tone: "plain" },
  INTERRUPTED: { label: "Interrupted", tone: "warn" },
};

export const METERING: Record<MeteringState, string> = {
  NOT_BILLABLE: "Not metered",
  PENDING: "Waiting for the meter",
  DELIVERED: "On the meter",
  FAILED: "Refused by the meter",
  AMBIGUOUS: "Unclear, being reconciled",
};

export type Tone = "plain" | "good" | "warn" | "bad" | "busy";

/** Who pays, as a receipt has it. */
export function payerOf(route: { payer: Payer; maskedKey?: string | null }): string {
  return route.payer === "WAYPATH" ? "Waypath" : `your key ${route.maskedKey ?? ""}`.trim();
}

/** Why a turn ran in another mode than the one asked for; null where it did not. */
export function fallbackOf(route: {
  requestedMode: ModelMode;
  mode: ModelMode;
  fallbackReason?: FallbackReason | null;
}): string | null {
  if (route.fallbackReason == null) return null;
  return `No ${MODES[route.requestedMode]} is stored, so it ran as ${MODES[route.mode]}.`;
}

const figures = new Intl.NumberFormat("en");
const moments = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });

export function figure(count: number): string {
  return figures.format(count);
}

export function moment(instant: string): string {
  return moments.format(new Date(instant));
}

/** A UTC day. */
export function day(instant: string): string {
  return days.format(new Date(instant));
}

export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds == null) return "";
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** One, two and three. */
export function list(names: readonly string[]): string {
  return new Intl.ListFormat("en").format(names);
}
