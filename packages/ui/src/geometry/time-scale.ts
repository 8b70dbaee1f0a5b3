/*
 * Time on the screen. Everything drawn is a double, in nanoseconds since the start of the trace,
 * which is exact for traces of up to 104 days.
 */
import { formatDuration } from "@spoor/trace";
import type { TimeWindow } from "./time-window.ts";

/** A line of the ruler. */
export interface Tick {
  /** Since the start of the trace. */
  readonly offsetNano: number;
  readonly text: string;
}

/** Where a bar lies, in fractions of the width of the window. */
export interface Bar {
  readonly left: number;
  readonly width: number;
}

/** Where a span's bar lies, as far as it is in `window`; undefined when nothing of it is. */
export function barOf(
  { fromNano, toNano }: TimeWindow,
  span: { readonly startNano: number; readonly endNano: number },
): Bar | undefined {
  if (span.endNano < fromNano || span.startNano > toNano) return undefined;
  const length = toNano - fromNano;
  const left = clamp((span.startNano - fromNano) / length);
  return { left, width: clamp((span.endNano - fromNano) / length) - left };
}

/** Ticks at round times (1, 2 or 5 times a power of ten) within `window`, at most `countMax`. */
export function ticksOf({ fromNano, toNano }: TimeWindow, countMax: number): Tick[] {
  const stepNano = roundStepNano((toNano - fromNano) / Math.max(1, countMax - 1));
  const first = Math.ceil(fromNano / stepNano);
  const count = Math.floor(toNano / stepNano) - first + 1;
  // Decades after the start a double holds no single nanoseconds, and a short window rounds.
  const ticks = Array.from(
    { length: Math.min(countMax, Math.max(0, count)) },
    (_, index) => (first + index) * stepNano,
  ).filter((tickNano) => tickNano >= fromNano && tickNano <= toNano);
  const lastNano = ticks.at(-1) ?? 0;
  return ticks.map((tickNano) => ({
    offsetNano: tickNano,
    text: tickText(tickNano, { stepNano, lastNano }),
  }));
}

/** The smallest round number of nanoseconds that is not below `leastNano`; at least 1. */
function roundStepNano(leastNano: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(leastNano)));
  for (const factor of [1, 2, 5, 10]) {
    if (factor * power >= leastNano) return factor * power;
  }
  // Only rounding in log10 leads here.
  return 20 * power;
}

const UNITS = [
  { text: "s", nano: 1e9 },
  { text: "ms", nano: 1e6 },
  { text: "µs", nano: 1e3 },
  { text: "ns", nano: 1 },
] as const;

/** All ticks of one ruler have the unit of the last, so that the numbers compare at a glance. */
function tickText(
  tickNano: number,
  { stepNano, lastNano }: { readonly stepNano: number; readonly lastNano: number },
): string {
  if (tickNano === 0) return "0";
  if (lastNano >= 60e9) return formatDuration(tickNano);
  const unit = UNITS.find(({ nano }) => lastNano >= nano) ?? UNITS[3];
  const decimals = Math.max(0, Math.ceil(Math.log10(unit.nano / stepNano)));
  return `${(tickNano / unit.nano).toFixed(decimals)} ${unit.text}`;
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
