import type { TurnView } from "../fold-turn";
import { Notice } from "../parts/notice";
import { Receipt } from "./receipt";
import { ToolChip } from "./tool-chip";

interface SessionAnswerProps {
  sessions: TurnView["sessions"];
  id: string;
  heading?: "h2" | "h3";
}

/** One buddy's answer: its tools, the work it handed to others, its text, and the receipt. */
export function SessionAnswer({ sessions, id, heading: Heading = "h2" }: SessionAnswerProps) {
  const view = sessions[id];
  if (view === undefined) return null;
  const { session, delegated, notices } = view;
  const runs = session.status === "PENDING" || session.status === "RUNNING";
  return (
    <div className="answer">
      <Heading>{session.buddyName}</Heading>
      {session.toolCalls.length > 0 && (
        <ul className="tools" aria-label="Tools">
          {session.toolCalls.map((call) => (
            <li key={call.id}>
              <ToolChip call={call} />
            </li>
          ))}
        </ul>
      )}
      {delegated.map((child) => (
        <details className="delegation" key={child} open={isOpen(sessions, child)}>
          <summary>Delegated to {sessions[child]?.session.buddyName ?? "a buddy"}</summary>
          <p className="quiet">{sessions[child]?.session.prompt}</p>
          <SessionAnswer sessions={sessions} id={child} heading="h3" />
        </details>
      ))}
      {notices.map((notice) => (
        <p className="quiet" key={notice}>
          {notice}
        </p>
      ))}
      {session.text !== "" && <p className="text">{session.text}</p>}
      {runs && <p className="waiting">{session.text === "" ? "Thinking…" : "Answering…"}</p>}
      {session.error !== null && (
        <Notice tone="bad">
          {session.error.message} <small>{session.error.requestId}</small>
        </Notice>
      )}
      {session.status === "CANCELLED" && <p className="quiet">Stopped. What was said and used until then is kept.</p>}
      {session.finishReason === "MAX_TOKENS" && <p className="quiet">Cut at the longest answer that is allowed.</p>}
      <Receipt session={session} />
    </div>
  );
}

/** Open while it works: afterwards what counts is what was made of it. */
function isOpen(sessions: TurnView["sessions"], id: string): boolean {
  const status = sessions[id]?.session.status;
  return status === "PENDING" || status === "RUNNING";
}
