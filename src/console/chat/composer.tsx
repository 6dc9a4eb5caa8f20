import { type FormEvent, useId, useState } from "react";

import type { BuddyModels } from "../buddy-models";
import type { BuddiesQuery } from "../generated/graphql";
import { Chip } from "../parts/chip";
import { MODES, payerOf } from "../words";

export interface ComposerProps {
  draft: string;
  onDraft: (draft: string) => void;
  buddies: BuddiesQuery["workspace"]["buddies"] | undefined;
  chosen: BuddyModels;
  busy: boolean;
  /** Undefined while there is nothing to stop. */
  onStop: (() => void) | undefined;
  onSend: (buddy: string | undefined) => void;
}

export function Composer({ draft, onDraft, buddies, chosen, busy, onStop, onSend }: ComposerProps) {
  const [slug, setSlug] = useState("");
  const messageId = useId();
  const buddy = buddies?.find((each) => each.slug === slug) ?? buddies?.[0];
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && draft.trim() !== "") onSend(buddy?.slug);
  };
  return (
    <form className="composer" onSubmit={send}>
      <label htmlFor={messageId} className="unseen">
        Message
      </label>
      <textarea
        id={messageId}
        rows={3}
        value={draft}
        placeholder={`Ask ${buddy?.name ?? "a buddy"}…`}
        onChange={(event) => onDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
        }}
      />
      <div className="row">
        <label className="field inline">
          <span className="unseen">Buddy</span>
          <select value={buddy?.slug ?? ""} onChange={(event) => setSlug(event.target.value)}>
            {buddies?.map((each) => (
              <option key={each.slug} value={each.slug}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
        {buddy !== undefined && <Preview buddy={buddy} chosen={chosen} />}
        {onStop === undefined ? (
          <button type="submit" className="button primary" disabled={busy || draft.trim() === ""}>
            Send
          </button>
        ) : (
          <button type="button" className="button danger" onClick={onStop}>
            Stop
          </button>
        )}
      </div>
    </form>
  );
}

/** What the next turn would run on, in a few words. */
function Preview({ buddy, chosen }: { buddy: BuddiesQuery["workspace"]["buddies"][number]; chosen: BuddyModels }) {
  const override = chosen[buddy.slug];
  const { route, status, reason } =
    override === undefined
      ? buddy.nextRoute
      : { METERED: buddy.onMetered, BYOK_CLAUDE: buddy.onClaude, BYOK_OPENAI: buddy.onOpenAi }[override];
  return (
    <span className="preview">
      {override !== undefined && <Chip tone="busy">This browser</Chip>}
      {route === null ? (
        <span title={reason ?? ""}>It would be refused</span>
      ) : (
        <span title={`${route.modelId}: ${route.modelReason}`}>
          {MODES[route.mode]}, paid by {payerOf(route)}
          {status === "FALLS_BACK" && ", as its key is missing"}
        </span>
      )}
    </span>
  );
}
