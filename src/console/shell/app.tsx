import { useSyncExternalStore } from "react";

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
  return token === null ? <SignIn refused={false} /> : <SignedInApp token={token} refused={refused} />;
}

/** A token that is refused is asked for again above the page, which stays; another person's token begins anew. */
function SignedInApp({ token, refused }: { token: string; refused: boolean }) {
  const { data, error } = useQuery(ViewerDocument, {});
  const viewer = data?.viewer;
  const workspace: SignedIn | null =
    viewer === undefined
      ? null
      : {
          ...viewer.workspace,
          person: viewer.user?.name ?? "Service",
          role: viewer.role.toLowerCase(),
        };
  if (workspace === null) {
    if (refused) return <SignIn refused />;
    return <main className="sign-in">{error ? <Notice tone="bad">{error.message}</Notice> : <p>Signing in…</p>}</main>;
  }
  return (
    <WorkspaceContext value={workspace}>
      <Shell key={`${workspace.id} ${viewer?.user?.id}`} />
      {refused && (
        <Dialog title="Your token has expired">
          <p>Sign in again to go on. The page stays as it is.</p>
          <TokenForm key={token} workspaceId={workspace.id} />
        </Dialog>
      )}
    </WorkspaceContext>
  );
}
