import { useEffect, useState } from "react";

import { isRunning, type TurnView } from "../fold-turn";
import { follow } from "./follow-events";

/** The turn's events as the server sent them; of a turn that was only read, they are asked for when they are opened. */
export function RawEvents({ turn }: { turn: TurnView }) {
  const [open, setOpen] = useState(false);
  const [replayed, setReplayed] = useState<TurnView | null>(null);
  const { events } = turn.events.length > 0 ? turn : (replayed ?? turn);
  const missing = open && turn.events.length === 0 && !isRunning(turn);
  useEffect(() => {
    if (!missing) return;
    return follow(turn.id, { grown: setReplayed, failed: () => setOpen(false), ended: () => undefined });
  }, [missing, turn.id]);
  return (
    <details className="raw" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{events.length === 0 ? "Events" : `${events.length} events`}</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <ol tabIndex={0} aria-label="Events">
          {events.map((event) => (
            <li key={event.sequence}>
              <code>{JSON.stringify(event)}</code>
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}
