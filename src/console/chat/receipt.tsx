import type { TurnFragment } from "../generated/graphql";
import { Tokens } from "../parts/tokens";
import { duration, fallbackOf, payerOf } from "../words";

/** Which model, who paid, and why it was not what was asked for. */
export function Receipt({ session }: { session: TurnFragment }) {
  const { route, usage, durationMs } = session;
  const fallback = fallbackOf(route);
  return (
    <ul className="receipt" aria-label="Receipt">
      <li>
        <code title={route.modelReason}>{route.modelId}</code>
      </li>
      <li>
        paid by <b>{payerOf(route)}</b>
      </li>
      {usage.totalTokens > 0 && (
        <li>
          <Tokens count={usage.totalTokens} />
        </li>
      )}
      {durationMs !== null && <li>{duration(durationMs)}</li>}
      {fallback !== null && <li className="fallback">{fallback}</li>}
    </ul>
  );
}
