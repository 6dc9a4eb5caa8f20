import { useState } from "react";

import { request } from "../client";
import {
  type BuddiesQuery,
  type ByokFallback,
  type ModelMode,
  UpdateRoutingPolicyDocument,
  type UpdateRoutingPolicyInput,
} from "../generated/graphql";
import { Notice } from "../parts/notice";
import { MODES } from "../words";

const SENTENCES: Record<ByokFallback, string> = {
  METERED:
    "When a buddy's key is missing, its turn runs as Metered: it is answered all the same, Waypath serves it, and the tokens are billed to your plan. The receipt says so.",
  FAIL: "When a buddy's key is missing, its turn is refused before it begins: nothing is answered, and nothing is billed.",
};

export interface FallbackPolicyProps {
  policy: BuddiesQuery["workspace"]["routingPolicy"];
  mayChange: boolean;
  onChange: () => Promise<void>;
}

/** The workspace's rules, in plain words. */
export function FallbackPolicy({ policy, mayChange, onChange }: FallbackPolicyProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const update = async (input: UpdateRoutingPolicyInput) => {
    try {
      const { updateRoutingPolicy } = await request(UpdateRoutingPolicyDocument, { input });
      setProblem(updateRoutingPolicy.userErrors[0]?.message ?? null);
      await onChange();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <section className="card policy" aria-labelledby="policy">
      <h2 id="policy">When a key is missing</h2>
      <p>{SENTENCES[policy.byokFallback]}</p>
      <p className="quiet">
        A key that is there and fails never falls back: the turn fails, and nobody else pays. Buddies without a mode of
        their own run as {MODES[policy.defaultMode]}.
      </p>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {mayChange && (
        <div className="row">
          <label className="field">
            When a key is missing
            <select
              value={policy.byokFallback}
              onChange={(event) => void update({ byokFallback: event.target.value as ByokFallback })}
            >
              <option value="METERED">Run as Metered</option>
              <option value="FAIL">Refuse the turn</option>
            </select>
          </label>
          <label className="field">
            Buddies without a mode
            <select
              value={policy.defaultMode}
              onChange={(event) => void update({ defaultMode: event.target.value as ModelMode })}
            >
              {Object.entries(MODES).map(([mode, label]) => (
                <option key={mode} value={mode}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
    </section>
  );
}
