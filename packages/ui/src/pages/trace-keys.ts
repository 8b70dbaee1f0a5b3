import { type RefObject, useEffect } from "react";
import { isTyping } from "../design/is-typing.ts";
import type { WaterfallAction } from "../views/waterfall-keys.ts";

/** What the keys of the page lead to. */
export interface TraceKeyActions {
  readonly act: (action: WaterfallAction) => void;
  readonly focusGrid: () => void;
}

/** The waterfall has the keys from the start, and Esc closes the panel from wherever one is. */
export function useTraceKeys(
  body: RefObject<HTMLElement | null>,
  { act, focusGrid }: TraceKeyActions,
): void {
  useEffect(() => {
    if (document.activeElement === document.body) focusGrid();
  }, [focusGrid]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) {
        act({ kind: "close" });
        focusGrid();
        return;
      }
      const grid = gridOf(body.current);
      if (isTyping(event.target) || event.target !== document.body || grid === null) return;
      // The key was meant for the page, and the page is the waterfall.
      grid.focus({ preventScroll: true });
      const wasTaken = !grid.dispatchEvent(new KeyboardEvent("keydown", event));
      if (wasTaken) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [body, act, focusGrid]);
}

/** The waterfall below `body`. */
export function gridOf(body: HTMLElement | null): HTMLElement | null {
  return body?.querySelector<HTMLElement>("[role=treegrid]") ?? null;
}
