import { useSyncExternalStore } from "react";

import { currentThread } from "../chat/current-thread";
import { Mark } from "../parts/mark";
import { session } from "../session";
import { addressOf, type Route } from "../use-route";
import { useWorkspace } from "../workspace";
import { Icon, type IconName } from "./icon";
import { ThemeSwitch } from "./theme-switch";

const PAGES: { route: Route; label: string; icon: IconName; group: "main" | "settings" }[] = [
  { route: { page: "chat", threadId: null }, label: "Chat", icon: "chat", group: "main" },
  { route: { page: "activity" }, label: "Activity", icon: "activity", group: "main" },
  { route: { page: "usage" }, label: "Usage", icon: "usage", group: "main" },
  { route: { page: "integrations" }, label: "Integrations", icon: "key", group: "settings" },
  { route: { page: "buddies" }, label: "Buddies", icon: "buddies", group: "settings" },
];

export function Navigation({ page }: { page: Route["page"] }) {
  const workspace = useWorkspace();
  const threadId = useSyncExternalStore(currentThread.subscribe, currentThread.get);
  const links = (group: "main" | "settings") =>
    PAGES.filter((each) => each.group === group).map(({ route, label, icon }) => (
      <li key={label}>
        <a
          href={addressOf(route.page === "chat" ? { page: "chat", threadId } : route)}
          aria-current={route.page === page ? "page" : undefined}
        >
          <Icon name={icon} />
          {label}
        </a>
      </li>
    ));
  return (
    <header className="side">
      <div className="brand">
        <Mark size={28} />
        <span>
          <b>Waypath</b>
          <small>{workspace.name}</small>
        </span>
      </div>
      <nav aria-label="Pages">
        <ul>{links("main")}</ul>
        <h2>Settings</h2>
        <ul>{links("settings")}</ul>
      </nav>
      <div className="who">
        <span>
          {workspace.person} <small>{workspace.role}</small>
        </span>
        <ThemeSwitch />
        <button type="button" className="link" onClick={session.signOut}>
          Sign out
        </button>
      </div>
    </header>
  );
}
