import { useEffect, useReducer } from "react";

/**
 * Counts the changes of the theme: what is drawn on a canvas has its colours from the moment it was
 * drawn, and must be drawn anew.
 */
export function useThemeCount(): number {
  const [count, changed] = useReducer((before: number) => before + 1, 0);
  useEffect(() => {
    const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map((text) =>
      matchMedia(text),
    );
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    for (const query of queries) query.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      for (const query of queries) query.removeEventListener("change", changed);
    };
  }, []);
  return count;
}

/**
 * The colour that `token` has at `element` now. A canvas does not know `light-dark()`, so the
 * browser is asked what it comes to.
 */
export function colourOf(element: HTMLElement, token: string): string {
  const before = element.style.color;
  element.style.color = `var(${token})`;
  const colour = getComputedStyle(element).color;
  element.style.color = before;
  return colour;
}
