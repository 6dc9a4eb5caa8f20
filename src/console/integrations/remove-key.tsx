import { useState } from "react";

import { request } from "../client";
import { type ByokFallback, type IntegrationFragment, RevokeProviderDocument } from "../generated/graphql";
import { Dialog } from "../parts/dialog";
import { Notice } from "../parts/notice";
import { COMPANIES, list, PROVIDERS } from "../words";

export interface RemoveKeyProps {
  integration: IntegrationFragment;
  buddies: readonly string[];
  fallback: ByokFallback;
  onClose: () => void;
  onRemoved: () => Promise<void>;
}

/** Says who will do without the key, and who pays then, before it is deleted. */
export function RemoveKey({ integration, buddies, fallback, onClose, onRemoved }: RemoveKeyProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { provider, maskedKey } = integration;
  const remove = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const { revokeProvider } = await request(RevokeProviderDocument, { input: { provider } });
      const [error] = revokeProvider.userErrors;
      if (error === undefined) return await onRemoved();
      setProblem(error.message);
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <Dialog title={`Remove the ${PROVIDERS[provider]} key?`} onClose={onClose}>
      <p>
        <code>{maskedKey}</code> is deleted from this server. At {COMPANIES[provider]} it goes on existing.
      </p>
      <p>{whoIsConcerned(buddies, fallback)}</p>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <div className="row end">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="button danger" aria-disabled={busy} onClick={() => void remove()}>
          Remove
        </button>
      </div>
    </Dialog>
  );
}

function whoIsConcerned(buddies: readonly string[], fallback: ByokFallback): string {
  if (buddies.length === 0) return "No buddy runs on it, so nothing else changes.";
  const names = list(buddies);
  const one = buddies.length === 1;
  return fallback === "METERED"
    ? `${names} will fall back to Metered from the next turn on: Waypath serves ${one ? "it" : "them"} then, and bills the tokens to your plan.`
    : `${names} will be refused from the next turn on, as your workspace forbids falling back: nobody pays, and nothing is answered until there is a key again.`;
}
