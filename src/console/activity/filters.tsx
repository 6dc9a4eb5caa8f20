import type { AgentSessionFilter, AgentSessionStatus, ModelMode } from "../generated/graphql";
import { MODES, STATUSES } from "../words";

export interface Choice {
  buddy: string;
  mode: ModelMode | "";
  status: AgentSessionStatus | "";
  /** A day of the reader's, or empty. */
  since: string;
}

export const NO_CHOICE: Choice = { buddy: "", mode: "", status: "", since: "" };

/** Delegated sessions stand below their turns; where turns are filtered out, they stand for themselves. */
export function filterOf({ buddy, mode, status, since }: Choice): AgentSessionFilter {
  return {
    topLevelOnly: buddy === "" && mode === "" && status === "",
    ...(buddy === "" ? {} : { buddies: [buddy] }),
    ...(mode === "" ? {} : { modes: [mode] }),
    ...(status === "" ? {} : { statuses: [status] }),
    ...(since === "" ? {} : { startedAfter: new Date(`${since}T00:00`).toISOString() }),
  };
}

export interface FiltersProps {
  choice: Choice;
  buddies: readonly { slug: string; name: string }[];
  onChange: (choice: Choice) => void;
  onReload: () => Promise<void>;
}

export function Filters({ choice, buddies, onChange, onReload }: FiltersProps) {
  const select = (name: "buddy" | "mode" | "status", label: string, options: [string, string][]) => (
    <label className="field">
      {label}
      <select value={choice[name]} onChange={(event) => onChange({ ...choice, [name]: event.target.value })}>
        <option value="">Any</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <search className="row filters">
      {select(
        "buddy",
        "Buddy",
        buddies.map(({ slug, name }) => [slug, name]),
      )}
      {select("mode", "Mode", Object.entries(MODES))}
      {select(
        "status",
        "Status",
        Object.entries(STATUSES).map(([status, { label }]) => [status, label]),
      )}
      <label className="field">
        Since
        <input
          type="date"
          value={choice.since}
          onChange={(event) => onChange({ ...choice, since: event.target.value })}
        />
      </label>
      <button type="button" className="button" onClick={() => void onReload()}>
        Refresh
      </button>
    </search>
  );
}
