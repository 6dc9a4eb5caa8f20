import { type FormEvent, useId, useState } from "react";

import { RequestFailed, request } from "../client";
import { ConfigureProviderDocument, type IntegrationFragment } from "../generated/graphql";
import { PROVIDERS } from "../words";
import type { Told } from "./told";

export interface KeyFormProps {
  integration: IntegrationFragment;
  checking: boolean;
  check: (ask: () => Promise<Told>) => Promise<void>;
}

/** Takes a key, which is empty again as soon as it has been sent: the field never shows what is stored. */
export function KeyForm({ integration, checking, check }: KeyFormProps) {
  const [apiKey, setApiKey] = useState("");
  const id = useId();
  const { provider, maskedKey, consoleUrl } = integration;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (checking) return;
    setApiKey("");
    void check(async () => {
      const kept = maskedKey === null ? "" : ` The earlier key ${maskedKey} is kept.`;
      const { configureProvider } = await request(ConfigureProviderDocument, { input: { provider, apiKey } }).catch(
        (error: RequestFailed) => {
          // Without an answer nobody knows.
          throw error.code === "UNREACHABLE" ? error : new RequestFailed(`${error.message}${kept}`, error.code);
        },
      );
      const [problem] = configureProvider.userErrors;
      if (problem === undefined) {
        const stored = configureProvider.provider?.maskedKey ?? "";
        return { tone: "good", sentence: `${PROVIDERS[provider]} accepted the key, and it is stored: ${stored}` };
      }
      return { tone: "bad", sentence: `${problem.message}${kept}` };
    });
  };
  return (
    <form onSubmit={save} className="stack">
      <label htmlFor={id}>{maskedKey === null ? "API key" : "Replace by another key"}</label>
      <div className="row">
        <input
          id={id}
          type="password"
          autoComplete="new-password"
          spellCheck={false}
          value={apiKey}
          onChange={(event) => setApiKey(event.target.value)}
          placeholder={provider === "CLAUDE" ? "sk-ant-…" : "sk-…"}
          // Disabled, it would lose the focus.
          readOnly={checking}
          required
        />
        <button type="submit" className="button primary" aria-disabled={checking}>
          Save
        </button>
      </div>
      <p className="hint">
        It is checked with the provider before it is stored.{" "}
        <a href={consoleUrl} target="_blank" rel="noreferrer">
          Create a key
        </a>
      </p>
    </form>
  );
}
