import type { KeyProbe, ListedModel, LlmProvider } from "./language-model";
import { PROVIDER_NAMES } from "./provider-names";

export interface ProbeKeyOptions {
  provider: LlmProvider;
  /** Asks the provider for its models; rejects with the SDK's error. */
  listModels(signal: AbortSignal): Promise<ListedModel[]>;
  timeoutMs?: number;
}

/** Milliseconds for the whole probe, all pages together. */
export const PROBE_TIMEOUT_MS = 10_000;

/** Tells from the list of models, or from the refusal of it, whether a key works. Never throws. */
export async function probeKey({
  provider,
  listModels,
  timeoutMs = PROBE_TIMEOUT_MS,
}: ProbeKeyOptions): Promise<KeyProbe> {
  const name = PROVIDER_NAMES[provider];
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const models = await listModels(signal);
    // A page that is no list at all, such as a proxy's, reads as an empty list: it says nothing of the key.
    if (models.length > 0) return { outcome: "ACCEPTED", models };
    return unverified(`${name} listed no models, so the key could not be checked. Check the address of the API.`);
  } catch (error) {
    if (signal.aborted) {
      return unverified(
        `${name} did not answer within ${timeoutMs / 1000} seconds, so the key could not be checked. Try again.`,
      );
    }
    return probeOfStatus(name, statusOf(error));
  }
}

function probeOfStatus(name: string, status: number | undefined): KeyProbe {
  switch (status) {
    case 401:
      return { outcome: "REJECTED" };
    case 403:
      return { outcome: "LIMITED" };
    case 429:
      return unverified(
        `${name} is limiting requests at the moment, so the key could not be checked. Try again in a minute.`,
      );
    case undefined:
      return unverified(`${name} could not be reached, so the key could not be checked. Try again in a few minutes.`);
    default:
      return unverified(
        `${name} answered with status ${status}, so the key could not be checked. Try again in a few minutes.`,
      );
  }
}

function unverified(reason: string): KeyProbe {
  return { outcome: "UNREACHABLE", reason };
}

/** Both SDKs put the HTTP status on their errors; an error without one never reached the provider. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
}
