import { memo } from "react";

import { isRunning, type TurnView } from "../fold-turn";
import { RawEvents } from "./raw-events";
import { SessionAnswer } from "./session-answer";

/** A question and all that came of it. */
export const TurnCard = memo(function TurnCard({ turn }: { turn: TurnView }) {
  const top = turn.sessions[turn.id];
  if (top === undefined) return null;
  return (
    <article className="turn" aria-busy={isRunning(turn)} aria-label={`Turn of ${top.session.buddyName}`}>
      <p className="prompt">{top.session.prompt === "" ? "Erased" : top.session.prompt}</p>
      <SessionAnswer sessions={turn.sessions} id={turn.id} />
      <RawEvents turn={turn} />
    </article>
  );
});
