// A turn as it is shown, grown event by event. Events that were seen already are left out, so that a stream may begin again.
import type { StreamedEventFragment, ToolUseFragment, TurnFragment } from "./generated/graphql";

/** One buddy's part of a turn. */
export interface SessionView {
  session: TurnFragment;
  /** Ids of the sessions that it delegated, oldest first. */
  delegated: readonly string[];
  notices: readonly string[];
}

export interface TurnView {
  /** The top-level session. */
  id: string;
  threadId: string;
  sessions: Readonly<Record<string, SessionView>>;
  events: readonly StreamedEventFragment[];
}

/** A turn as it was read, without its events. */
export function turnOf({ delegations, ...session }: TurnFragment & { delegations: readonly TurnFragment[] }): TurnView {
  const views = [session, ...delegations].map((each) => [
    each.id,
    { session: each, delegated: each === session ? delegations.map(({ id }) => id) : [], notices: [] },
  ]);
  return { id: session.id, threadId: session.threadId, sessions: Object.fromEntries(views), events: [] };
}

export function isRunning({ id, sessions }: TurnView): boolean {
  const status = sessions[id]?.session.status;
  return status === "PENDING" || status === "RUNNING";
}

/** Null before the turn's first event. */
export function foldTurn(view: TurnView | null, event: StreamedEventFragment): TurnView | null {
  if (view === null) {
    if (event.__typename !== "TurnStarted") return null;
    const { session } = event;
    const sessions = { [session.id]: { session, delegated: [], notices: [] } };
    return { id: session.id, threadId: session.threadId, sessions, events: [event] };
  }
  if (event.sequence <= (view.events.at(-1)?.sequence ?? 0)) return view;
  return { ...view, sessions: foldSessions(view.sessions, event), events: [...view.events, event] };
}

function foldSessions(sessions: TurnView["sessions"], event: StreamedEventFragment): TurnView["sessions"] {
  const change = (id: string, update: (view: SessionView) => SessionView) => {
    const before = sessions[id];
    return before === undefined ? sessions : { ...sessions, [id]: update(before) };
  };
  const replace = (session: TurnFragment) => ({
    ...sessions,
    [session.id]: { delegated: [], notices: [], ...sessions[session.id], session },
  });
  switch (event.__typename) {
    case "TurnStarted":
    case "TurnFinished":
    case "TurnFailed":
    case "DelegationFinished":
      return replace(event.session);
    case "TextDelta":
      return change(event.sessionId, (view) => ({
        ...view,
        session: { ...view.session, status: "RUNNING", text: view.session.text + event.delta },
      }));
    case "ToolCallStarted":
    case "ToolCallFinished":
      return change(event.sessionId, (view) => ({ ...view, session: withTool(view.session, event.toolCall) }));
    case "DelegationStarted":
      return change(event.sessionId, (view) => ({
        ...view,
        delegated: [...view.delegated, event.delegatedSessionId],
      }));
    case "UsageUpdated":
      return change(event.sessionId, (view) => ({ ...view, session: { ...view.session, usage: event.usage } }));
    case "TurnNotice":
      return change(event.sessionId, (view) => ({ ...view, notices: [...view.notices, event.message] }));
    default:
      return sessions;
  }
}

function withTool(session: TurnFragment, call: ToolUseFragment): TurnFragment {
  const known = session.toolCalls.some(({ id }) => id === call.id);
  const toolCalls = known
    ? session.toolCalls.map((each) => (each.id === call.id ? call : each))
    : [...session.toolCalls, call];
  return { ...session, status: "RUNNING", toolCalls };
}
