import { RETRY_PAUSE_MS_MAX, RETRY_PAUSE_MS_MIN } from "../base/export-limits.ts";

/**
 * How long to wait after the `tries`th failed try, from 1. Doubles, up to a limit, and lies
 * anywhere in the upper half of that, so that processes that failed together do not come back
 * together. What the receiver asks for is the least, however long it is; the budget of the request
 * ends it.
 */
export function retryPauseMs(
  { tries, afterMs }: { readonly tries: number; readonly afterMs: number | undefined },
  random: () => number,
): number {
  if (afterMs === 0 && tries === 1) return 0;
  const ceiling = Math.min(RETRY_PAUSE_MS_MAX, RETRY_PAUSE_MS_MIN * 2 ** Math.min(tries - 1, 16));
  const pause = ceiling * (0.5 + random() / 2);
  // Jitter on top: everybody was told the same time.
  return afterMs === undefined ? pause : Math.max(pause, afterMs + random() * RETRY_PAUSE_MS_MIN);
}
