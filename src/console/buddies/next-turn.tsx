import type { PreviewFragment } from "../generated/graphql";
import { COMPANIES, MODES, payerOf } from "../words";

/** What the next turn would run on, and who would pay. */
export function NextTurn({ preview: { status, route, reason } }: { preview: PreviewFragment }) {
  if (route === null) {
    return (
      <p className="next" data-tone="bad">
        The next turn would be refused. {reason}
      </p>
    );
  }
  return (
    <p className="next" data-tone={status === "READY" ? "plain" : status === "FALLS_BACK" ? "warn" : "bad"}>
      Next turn: <code title={route.modelReason}>{route.modelId}</code> at {COMPANIES[route.provider]}, paid by{" "}
      <b>{payerOf(route)}</b>.
      {status === "FALLS_BACK" && ` No ${MODES[route.requestedMode]} is stored, so it would run as Metered.`}
      {status === "KEY_REJECTED" && " The key was last rejected: the turn would probably fail, and nobody else pays."}
    </p>
  );
}
