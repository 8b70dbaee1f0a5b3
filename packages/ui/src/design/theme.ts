/*
 * Light, dark, or as the system says. The choice is kept in this browser.
 */

/** What the reader chose. */
export type Theme = "system" | "light" | "dark";

const STORAGE_KEY = "spoor.theme";

/** The choice that was kept; "system" when there is none. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    // A browser may forbid storage; then the choice lasts as long as the page.
    return "system";
  }
}

/** Shows the page in `theme` and keeps the choice. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // As above.
  }
}

/** The choice after `theme` on the switch. */
export function nextTheme(theme: Theme): Theme {
  if (theme === "system") return "light";
  return theme === "light" ? "dark" : "system";
}
