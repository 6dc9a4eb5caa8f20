import type { KeyProbe, ListedModel, LlmProvider } from "../providers/language-model";
import { PROVIDER_NAMES } from "../providers/provider-names";
import type { ProviderKeyEntity } from "./provider-key.entity";

/** What becomes of a stored key's columns once its provider has said something of it. */
export type KeyVerdict = Pick<ProviderKeyEntity, "status" | "lastError"> & { models?: ListedModel[] };

/** The key works. Without the right to list models it is `LIMITED`, and which models it may use is not known. */
export function acceptedVerdict(probe: Extract<KeyProbe, { outcome: "ACCEPTED" | "LIMITED" }>): KeyVerdict {
  return probe.outcome === "ACCEPTED"
    ? { status: "ACTIVE", lastError: null, models: probe.models }
    : { status: "LIMITED", lastError: null, models: [] };
}

/** The provider does not take the key, or takes it and refuses the call for the account's quota. */
export function refusedVerdict(provider: LlmProvider, status: "INVALID" | "QUOTA_EXCEEDED"): KeyVerdict {
  const name = PROVIDER_NAMES[provider];
  return {
    status,
    lastError:
      status === "INVALID"
        ? `${name} rejected the key. Create a new one there and configure it here.`
        : `${name} refused a call because the account's quota or credit is used up. Check its plan and billing there.`,
  };
}

/** The ciphertext does not open: nothing was asked of the provider. */
export const UNREADABLE_VERDICT: KeyVerdict = {
  status: "INVALID",
  lastError: "The stored key can no longer be decrypted. Configure it again.",
};
