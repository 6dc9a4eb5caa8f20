import type { ToolUseFragment } from "../generated/graphql";
import { duration } from "../words";

/** A tool call: its name and how it stands; opened, what went in and what came out. */
export function ToolChip({ call }: { call: ToolUseFragment }) {
  const { name, arguments: given, result, errorMessage, durationMs } = call;
  const state = durationMs === null ? "busy" : errorMessage === null ? "good" : "bad";
  return (
    <details className="tool" data-tone={state}>
      <summary>
        <code>{name}</code>
        <span>{{ busy: "running", good: duration(durationMs), bad: "failed" }[state]}</span>
      </summary>
      <pre>{JSON.stringify(given, null, 2)}</pre>
      {errorMessage !== null ? (
        <p className="problem">{errorMessage}</p>
      ) : (
        durationMs !== null && <pre>{JSON.stringify(result, null, 2)}</pre>
      )}
    </details>
  );
}
