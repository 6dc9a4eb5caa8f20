// The token that this tab speaks with. It is kept for this tab alone and gone with it, so that a reload needs no new one.
import { keptForTab } from "./kept";
import { createStore } from "./store";

const KEPT_AS = "wp-token";

export interface Session {
  /** Null: signed out. */
  token: string | null;
  /** Why the server does not take the token (any more), in a sentence; null where it does, as far as is known. */
  refused: string | null;
}

const store = createStore<Session>({ token: keptForTab.get(KEPT_AS), refused: null });

export const session = {
  subscribe: store.subscribe,
  get: store.get,

  signIn(token: string): void {
    keptForTab.set(KEPT_AS, token);
    store.set({ token, refused: null });
  },

  signOut(): void {
    keptForTab.set(KEPT_AS, null);
    store.set({ token: null, refused: null });
  },

  /** The server has refused this token; another one may have taken its place meanwhile. */
  refuse(token: string | null, why: string): void {
    if (token === store.get().token) store.set({ token, refused: why });
  },

  /** Resolves once there is a token that has not been refused. */
  good(): Promise<void> {
    return new Promise((resolve) => {
      const isGood = () => store.get().token !== null && store.get().refused === null;
      if (isGood()) return resolve();
      const stop = store.subscribe(() => {
        if (!isGood()) return;
        stop();
        resolve();
      });
    });
  },
};

/** What the server has filled in for a developer on this machine, where it is of this workspace; empty otherwise. */
export function developmentToken(workspaceId?: string): string {
  const token = document.querySelector<HTMLMetaElement>('meta[name="waypath-token"]')?.content ?? "";
  return workspaceId === undefined || workspaceOf(token) === workspaceId ? token : "";
}

/** Whose token it is: the same for each token of one person in one workspace. Null: of nobody. */
export function identityOf(token: string | null): string | null {
  if (token === null) return null;
  const { workspace_id: workspace, sub } = claimsOf(token);
  return workspace === undefined ? token : JSON.stringify([workspace, sub]);
}

function workspaceOf(token: string): unknown {
  return claimsOf(token).workspace_id;
}

function claimsOf(token: string): { workspace_id?: unknown; sub?: unknown } {
  try {
    const claims = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return Object(JSON.parse(atob(claims)));
  } catch {
    return {};
  }
}
