import { useEffect, useRef, useState } from "react";

import { asInput } from "../buddy-models";
import type { BuddiesQuery } from "../generated/graphql";
import { Notice } from "../parts/notice";
import { useBuddyModels } from "../use-buddy-models";
import { Composer } from "./composer";
import { TurnCard } from "./turn-card";
import { useConversation } from "./use-conversation";

export interface ConversationViewProps {
  /** Null: a new one. */
  threadId: string | null;
  buddies: BuddiesQuery["workspace"]["buddies"] | undefined;
  onThread: (threadId: string) => void;
  onEnd: () => void;
}

/** Within so many pixels of the end, the reader follows along. */
const NEAR_THE_END = 120;

export function ConversationView({ threadId, buddies, onThread, onEnd }: ConversationViewProps) {
  const [draft, setDraft] = useState("");
  const [chosen] = useBuddyModels(buddies?.map(({ slug }) => slug) ?? null);
  const conversation = useConversation(threadId, { began: onThread, refused: setDraft, ended: onEnd });
  const { turns, asking, running, problem, loading } = conversation;
  const log = useRef<HTMLDivElement>(null);
  const followsAlong = useRef(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more to see
  useEffect(() => {
    const element = log.current;
    if (element !== null && followsAlong.current) element.scrollTop = element.scrollHeight;
  }, [turns, asking]);

  return (
    <section className="conversation" aria-label="Conversation">
      <div
        ref={log}
        className="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          followsAlong.current = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
        }}
      >
        {conversation.hasEarlier && (
          <button type="button" className="link" onClick={conversation.showEarlier}>
            Show earlier turns
          </button>
        )}
        {loading && <p className="waiting">Loading…</p>}
        {!loading && turns.length === 0 && asking === null && problem === null && <Welcome />}
        {turns.map((turn) => (
          <TurnCard key={turn.id} turn={turn} />
        ))}
        {asking !== null && (
          <article className="turn" aria-busy="true">
            <p className="prompt">{asking}</p>
            <p className="waiting">Sending…</p>
          </article>
        )}
        {problem !== null && <Notice tone="bad">{problem}</Notice>}
      </div>
      <p className="unseen" role="status">
        {running === undefined ? "" : `${running.sessions[running.id]?.session.buddyName} is answering.`}
      </p>
      <Composer
        draft={draft}
        onDraft={setDraft}
        buddies={buddies}
        chosen={chosen}
        busy={asking !== null || running !== undefined}
        onStop={running === undefined ? undefined : conversation.stop}
        onSend={(buddy) => {
          followsAlong.current = true;
          setDraft("");
          conversation.ask({
            message: draft,
            buddy,
            buddyModels: asInput(chosen),
            // One for one press of Send: a reconnect attaches to the same turn, and pays for no second one.
            idempotencyKey: newIdempotencyKey(),
          });
        }}
      />
    </section>
  );
}

function Welcome() {
  return (
    <div className="welcome">
      <h2>What shall we work on?</h2>
      <p className="quiet">
        The orchestrator answers, or has a specialist do it. Every answer says which model it came from and who paid.
      </p>
    </div>
  );
}

/** 128 random bits. `randomUUID` is not there on pages without TLS. */
function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
