import { useEffect, useRef, useSyncExternalStore } from "react";

import { ActivityPage } from "../activity/activity-page";
import { BuddiesPage } from "../buddies/buddies-page";
import { ChatPage } from "../chat/chat-page";
import { connection } from "../client";
import { IntegrationsPage } from "../integrations/integrations-page";
import { Notice } from "../parts/notice";
import { UsagePage } from "../usage/usage-page";
import { useRoute } from "../use-route";
import { Navigation } from "./navigation";
import { Stumble } from "./stumble";

export function Shell() {
  const route = useRoute();
  const state = useSyncExternalStore(connection.subscribe, connection.get);
  const main = useRef<HTMLElement>(null);
  const { page } = route;
  const shown = useRef(page);

  // Whoever does not see the page learns that it is another one.
  useEffect(() => {
    if (shown.current !== page) main.current?.focus();
    shown.current = page;
  }, [page]);

  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <Navigation page={page} />
      <main id="main" ref={main} tabIndex={-1} data-page={page}>
        {state === "lost" && (
          <div className="reconnecting">
            <Notice tone="warn">The connection is lost. Reconnecting…</Notice>
          </div>
        )}
        {/* Stays while another page is shown, so that a running turn is followed all the same. */}
        <Stumble>
          <ChatPage threadId={route.page === "chat" ? route.threadId : undefined} />
        </Stumble>
        <Stumble page={page}>
          {page === "activity" && <ActivityPage />}
          {page === "usage" && <UsagePage />}
          {page === "integrations" && <IntegrationsPage />}
          {page === "buddies" && <BuddiesPage />}
        </Stumble>
      </main>
    </div>
  );
}
