/*
 * The stretch of a trace that is in sight, as the reader zooms and pans.
 */

/** From and to, in ns since the start of the trace. */
export interface TimeWindow {
  readonly fromNano: number;
  readonly toNano: number;
}

/** Nobody needs to see less than this much of a trace at once. */
const WINDOW_NANO_MIN = 10;

/** The whole trace. */
export function wholeWindow(durationNano: number): TimeWindow {
  return { fromNano: 0, toNano: Math.max(1, durationNano) };
}

/** Whether nothing of the trace is out of sight. */
export function isWhole(window: TimeWindow, durationNano: number): boolean {
  return window.fromNano <= 0 && window.toNano >= durationNano;
}

/**
 * The window made `factor` times as long (below 1: closer), with the moment at `anchor` (0 to 1 of
 * its width) where it was. Never beyond the trace.
 */
export function zoomed(
  window: TimeWindow,
  by: { readonly factor: number; readonly anchor: number; readonly durationNano: number },
): TimeWindow {
  const length = window.toNano - window.fromNano;
  const wanted = Math.min(by.durationNano, Math.max(WINDOW_NANO_MIN, length * by.factor));
  const fromNano = window.fromNano + (length - wanted) * by.anchor;
  return within({ fromNano, toNano: fromNano + wanted }, by.durationNano);
}

/** The window moved by `share` of its own length; it stops at both ends. */
export function panned(window: TimeWindow, share: number, durationNano: number): TimeWindow {
  const step = (window.toNano - window.fromNano) * share;
  const moved = { fromNano: window.fromNano + step, toNano: window.toNano + step };
  return within(moved, durationNano);
}

/** A window round a span, with some air on both sides. */
export function windowAround(
  span: { readonly startNano: number; readonly endNano: number },
  durationNano: number,
): TimeWindow {
  const air = Math.max(WINDOW_NANO_MIN, (span.endNano - span.startNano) * 0.05);
  const wanted = { fromNano: span.startNano - air, toNano: span.endNano + air };
  return {
    fromNano: Math.max(0, wanted.fromNano),
    toNano: Math.min(Math.max(1, durationNano), wanted.toNano),
  };
}

/** Of the same length, moved into the trace. */
function within({ fromNano, toNano }: TimeWindow, durationNano: number): TimeWindow {
  const length = Math.min(toNano - fromNano, Math.max(1, durationNano));
  const from = Math.min(Math.max(0, fromNano), Math.max(1, durationNano) - length);
  return { fromNano: from, toNano: from + length };
}

/** A window as it stands in an address: `12.5ms` would round, so ns as `from-to`. */
export function windowText({ fromNano, toNano }: TimeWindow): string {
  return `${Math.round(fromNano)}-${Math.round(toNano)}`;
}

const WINDOW = /^(\d{1,16})-(\d{1,16})$/;

/** What {@link windowText} wrote; undefined for anything else. */
export function parseWindow(text: string): TimeWindow | undefined {
  const [, from = "", to = ""] = WINDOW.exec(text) ?? [];
  if (from === "" || Number(to) - Number(from) < 1) return undefined;
  return { fromNano: Number(from), toNano: Number(to) };
}
