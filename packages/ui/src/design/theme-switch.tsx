import { useState } from "react";
import { applyTheme, nextTheme, storedTheme, type Theme } from "./theme.ts";

const GLYPH: Record<Theme, string> = { system: "◐", light: "☀", dark: "☾" };

/** Goes round system, light, dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  const next = nextTheme(theme);
  return (
    <button
      type="button"
      className="button button-quiet"
      title={`Theme: ${theme}. Switch to ${next}.`}
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <span aria-hidden="true">{GLYPH[theme]} </span>
      <span className="visually-hidden">Theme: </span>
      <span className="theme-name">{theme}</span>
    </button>
  );
}
