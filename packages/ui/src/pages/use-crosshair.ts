import { type RefObject, useCallback, useEffect } from "react";
import type { TimeWindow } from "../geometry/time-window.ts";

/** The ways to move the crosshair; undefined takes it away. */
export interface Crosshair {
  /** To a share of the width of what is in sight. */
  readonly point: (share: number | undefined) => void;
  /** To a moment, in ns since the start of the trace. */
  readonly moveTo: (atNano: number | undefined) => void;
}

/**
 * One moment marked in all pictures at once. Written into the style of the page and not into its
 * state, because the pointer moves more often than a picture can be drawn.
 */
export function useCrosshair(
  body: RefObject<HTMLElement | null>,
  { window, durationNano }: { readonly window: TimeWindow; readonly durationNano: number },
): Crosshair {
  const { fromNano, toNano } = window;
  const moveTo = useCallback(
    (atNano: number | undefined) => {
      const page = body.current?.parentElement;
      if (page === null || page === undefined) return;
      page.classList.toggle("has-crosshair", atNano !== undefined);
      if (atNano === undefined) return;
      page.style.setProperty("--cross-window", String((atNano - fromNano) / (toNano - fromNano)));
      page.style.setProperty("--cross-whole", String(atNano / durationNano));
    },
    [body, fromNano, toNano, durationNano],
  );
  const point = useCallback(
    (share: number | undefined) =>
      moveTo(share === undefined ? undefined : fromNano + share * (toNano - fromNano)),
    [moveTo, fromNano, toNano],
  );
  useEffect(() => () => moveTo(undefined), [moveTo]);
  return { point, moveTo };
}
