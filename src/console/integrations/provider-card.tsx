import { useId, useRef, useState } from "react";

import { request } from "../client";
import { type ByokFallback, type IntegrationFragment, VerifyProviderDocument } from "../generated/graphql";
import { Chip } from "../parts/chip";
import { Notice } from "../parts/notice";
import { KEY_STATES, PROVIDERS } from "../words";
import { KeyFacts } from "./key-facts";
import { KeyForm } from "./key-form";
import { RemoveKey } from "./remove-key";
import type { Told } from "./told";

export interface ProviderCardProps {
  integration: IntegrationFragment;
  mayChange: boolean;
  /** Names of those that would run on this key now. */
  buddies: readonly string[];
  fallback: ByokFallback;
  onChange: () => Promise<void>;
}

export function ProviderCard({ integration, mayChange, buddies, fallback, onChange }: ProviderCardProps) {
  const [checking, setChecking] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  const titleId = useId();
  const card = useRef<HTMLElement>(null);
  const { provider, status, maskedKey } = integration;
  const name = PROVIDERS[provider];
  const state = checking ? ({ label: "Checking…", tone: "busy" } as const) : KEY_STATES[status];

  /** Whatever asks the provider: one at a time, with what came of it said afterwards. */
  const check = async (ask: () => Promise<Told>) => {
    if (checking) return;
    setChecking(true);
    setTold(null);
    const outcome = await ask().catch((error: Error): Told => ({ tone: "bad", sentence: error.message }));
    await onChange();
    setTold(outcome);
    setChecking(false);
  };
  const verify = () =>
    check(async () => {
      const { verifyProvider } = await request(VerifyProviderDocument, { input: { provider } });
      const [problem] = verifyProvider.userErrors;
      if (problem !== undefined) return { tone: "bad", sentence: problem.message };
      const fine = verifyProvider.provider?.status === "ACTIVE" || verifyProvider.provider?.status === "LIMITED";
      return fine
        ? { tone: "good", sentence: `${name} accepts the key.` }
        : { tone: "bad", sentence: verifyProvider.provider?.lastError ?? `${name} does not accept the key.` };
    });

  return (
    <article ref={card} tabIndex={-1} className="card" aria-labelledby={titleId} aria-busy={checking}>
      <header className="card-head">
        <h3 id={titleId}>{name}</h3>
        <Chip tone={state.tone}>{state.label}</Chip>
      </header>
      <KeyFacts integration={integration} buddies={buddies} />
      {mayChange && (
        <>
          <KeyForm integration={integration} checking={checking} check={check} />
          {maskedKey !== null && (
            <div className="row">
              <button type="button" className="button" aria-disabled={checking} onClick={() => void verify()}>
                Check now
              </button>
              <button
                type="button"
                className="button danger"
                aria-disabled={checking}
                onClick={() => setRemoving(!checking)}
              >
                Remove
              </button>
            </div>
          )}
        </>
      )}
      {told !== null && <Notice tone={told.tone}>{told.sentence}</Notice>}
      {removing && (
        <RemoveKey
          integration={integration}
          buddies={buddies}
          fallback={fallback}
          onClose={() => setRemoving(false)}
          onRemoved={async () => {
            setRemoving(false);
            await onChange();
            // The button that had it is gone with the key.
            card.current?.focus();
            setTold({
              tone: "good",
              sentence: "The key is deleted. Running turns finish on it; the next ones go without it.",
            });
          }}
        />
      )}
    </article>
  );
}
