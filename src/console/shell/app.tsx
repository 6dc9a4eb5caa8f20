import { useEffect, useRef, useSyncExternalStore } from "react";

import { connection } from "../client";
import { ViewerDocument } from "../generated/graphql";
import { Dialog } from "../parts/dialog";
import { Notice } from "../parts/notice";
import { session } from "../session";
import { useQuery } from "../use-query";
import { type SignedIn, WorkspaceContext } from "../workspace";
import { Shell } from "./shell";
import { SignIn } from "./sign-in";
import { TokenForm } from "./token-form";

export function App() {
  const { token, refused } = useSyncExternalStore(session.subscribe, session.get);
  return token === null ? <SignIn refused={null} /> : <SignedInApp token={token} refused={refused} />;
}

/** A token that is refused is asked for again above the page, which stays; another person's token begins anew. */
function SignedInApp({ token, refused }: { token: string; refused: string | null }) {
  const { data, error, reload } = useQuery(ViewerDocument, {});
  const viewer = data?.viewer;
  const asked = useRef(token);
  useEffect(() => {
    if (asked.current === token) return;
    asked.current = token;
    void reload();
  }, [token, reload]);
  const workspace: SignedIn | null =
    viewer === undefined
      ? null
      : {
          ...viewer.workspace,
          person: viewer.user?.name ?? "Service",
          role: viewer.role.toLowerCase(),
        };
  if (workspace === null) {
    if (refused !== null) return <SignIn refused={refused} />;
    return <SigningIn problem={error?.message} />;
  }
  return (
    <WorkspaceContext value={workspace}>
      <Shell key={`${workspace.id} ${viewer?.user?.id}`} />
      {refused !== null && (
        <Dialog title="Sign in again">
          <p>{refused} The page stays as it is.</p>
          <TokenForm key={token} workspaceId={workspace.id} />
        </Dialog>
      )}
    </WorkspaceContext>
  );
}

/** Until the server has said who has signed in. */
function SigningIn({ problem }: { problem: string | undefined }) {
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  const sentence = state === "lost" ? "The server cannot be reached. Trying again…" : "Signing in…";
  return (
    <main className="sign-in">
      <h1 className="unseen">Signing in</h1>
      <div className="stack">
        {problem === undefined ? <p role="status">{sentence}</p> : <Notice tone="bad">{problem}</Notice>}
        <button type="button" className="link" onClick={session.signOut}>
          Use another token
        </button>
      </div>
    </main>
  );
}
