import { useId, useRef } from "react";

import type { BuddiesQuery, ModelMode } from "../generated/graphql";
import { Chip } from "../parts/chip";
import { MODES } from "../words";
import { NextTurn } from "./next-turn";

type Buddy = BuddiesQuery["workspace"]["buddies"][number];

export interface BuddyCardProps {
  buddy: Buddy;
  defaultMode: ModelMode;
  /** What this browser has chosen; null where it has not. */
  override: ModelMode | null;
  mayChange: boolean;
  onChoose: (mode: ModelMode | null) => void;
  /** Saves it for the whole workspace; null follows the workspace's default. */
  onSave: (mode: ModelMode | null) => Promise<void>;
}

export function BuddyCard({ buddy, defaultMode, override, mayChange, onChoose, onSave }: BuddyCardProps) {
  const name = useId();
  const modes = useRef<HTMLFieldSetElement>(null);
  const stored = buddy.modelMode ?? defaultMode;
  const mode = override ?? stored;
  /** For buttons that go away once they were pressed. */
  const andKeepFocus = (press: () => void) => {
    modes.current?.focus();
    press();
  };
  return (
    <article className="card" aria-labelledby={name} data-buddy={buddy.slug}>
      <header className="card-head">
        <h3 id={name}>{buddy.name}</h3>
        {buddy.role === "ORCHESTRATOR" && <Chip>Orchestrator</Chip>}
        {override !== null && (
          <span className="row tight">
            <Chip tone="busy">This browser</Chip>
            <button type="button" className="link" onClick={() => andKeepFocus(() => onChoose(null))}>
              Reset<span className="unseen"> {buddy.name}</span>
            </button>
          </span>
        )}
      </header>
      <p className="quiet">{buddy.description}</p>
      <fieldset ref={modes} tabIndex={-1} className="segments">
        <legend className="unseen">Mode of {buddy.name}</legend>
        {(Object.keys(MODES) as ModelMode[]).map((each) => (
          <label key={each}>
            <input type="radio" name={name} checked={mode === each} onChange={() => onChoose(each)} />
            <span>{MODES[each]}</span>
          </label>
        ))}
      </fieldset>
      <NextTurn preview={previewOf(buddy, override)} />
      <div className="row">
        <small className="quiet">
          {buddy.modelMode === null
            ? `For the workspace: the default, ${MODES[defaultMode]}`
            : `For the workspace: ${MODES[buddy.modelMode]}`}
        </small>
        {mayChange && override !== null && override !== buddy.modelMode && (
          <button type="button" className="button small" onClick={() => andKeepFocus(() => void onSave(override))}>
            Save for the workspace
          </button>
        )}
        {mayChange && override === null && buddy.modelMode !== null && (
          <button type="button" className="button small" onClick={() => andKeepFocus(() => void onSave(null))}>
            Use the default
          </button>
        )}
      </div>
    </article>
  );
}

/** As the server would decide it for a request with this browser's choice. */
function previewOf(buddy: Buddy, override: ModelMode | null) {
  if (override === null) return buddy.nextRoute;
  return { METERED: buddy.onMetered, BYOK_CLAUDE: buddy.onClaude, BYOK_OPENAI: buddy.onOpenAi }[override];
}
