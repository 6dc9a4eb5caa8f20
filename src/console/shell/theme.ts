import { useCallback, useState } from "react";

import { keptForBrowser } from "../kept";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = "wp-theme";

export function applyTheme(theme = keptTheme()): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The theme, and how to choose another one. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(keptTheme);
  const choose = useCallback((next: Theme) => {
    keptForBrowser.set(KEPT_AS, next === "system" ? null : next);
    applyTheme(next);
    setTheme(next);
  }, []);
  return [theme, choose];
}

function keptTheme(): Theme {
  const kept = keptForBrowser.get(KEPT_AS);
  return THEMES.find((theme) => theme === kept) ?? "system";
}
