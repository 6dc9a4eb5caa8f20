import { type FormEvent, useId, useState } from "react";

import { developmentToken, session } from "../session";

/** Takes a bearer token. A developer on the server's own machine finds one filled in. */
export function TokenForm({ workspaceId }: { workspaceId?: string }) {
  const filledIn = developmentToken(workspaceId);
  const [token, setToken] = useState(filledIn);
  const id = useId();
  const signIn = (event: FormEvent) => {
    event.preventDefault();
    const given = token.trim().replace(/^Bearer +/i, "");
    if (given !== "") session.signIn(given);
  };
  return (
    <form onSubmit={signIn} className="stack">
      <label htmlFor={id}>Token</label>
      <textarea
        id={id}
        rows={4}
        value={token}
        onChange={(event) => setToken(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey) signIn(event);
        }}
        spellCheck={false}
        autoComplete="off"
        required
      />
      {filledIn !== "" && (
        <p className="hint">Filled in is a development token of this server, as you are on its own machine.</p>
      )}
      <button type="submit" className="button primary">
        Sign in
      </button>
    </form>
  );
}
