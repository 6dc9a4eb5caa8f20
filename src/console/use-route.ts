// The page stands in the address, after the `#`, so that it can be reloaded, shared and gone back to.
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "chat"; threadId: string | null }
  | { page: "activity" | "usage" | "integrations" | "buddies" };

const ADDRESSES = {
  activity: "#/activity",
  usage: "#/usage",
  integrations: "#/settings/integrations",
  buddies: "#/settings/buddies",
} as const;

export function addressOf(route: Route): string {
  if (route.page !== "chat") return ADDRESSES[route.page];
  return route.threadId === null ? "#/chat" : `#/chat/${encodeURIComponent(route.threadId)}`;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(
    (listener) => {
      window.addEventListener("hashchange", listener);
      return () => window.removeEventListener("hashchange", listener);
    },
    () => location.hash,
  );
  return readRoute(hash);
}

export function go(route: Route, how: "push" | "replace" = "push"): void {
  const address = addressOf(route);
  if (address === location.hash) return;
  if (how === "push") location.hash = address;
  else location.replace(address);
}

function readRoute(hash: string): Route {
  const [, page = "", rest = ""] = /^#\/([^/]*)\/?(.*)$/.exec(hash) ?? [];
  if (page === "activity" || page === "usage") return { page };
  if (page === "settings") return { page: rest === "buddies" ? "buddies" : "integrations" };
  return { page: "chat", threadId: rest === "" ? null : decode(rest) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
