import { useCallback, useState } from "react";

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
    if (next === "system") localStorage.removeItem(KEPT_AS);
    else localStorage.setItem(KEPT_AS, next);
    applyTheme(next);
    setTheme(next);
  }, []);
  return [theme, choose];
}

function keptTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return THEMES.find((theme) => theme === kept) ?? "system";
}
