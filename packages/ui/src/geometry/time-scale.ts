/*
 * Time on the screen. Everything drawn is a double, in nanoseconds since the start of the trace,
 * which is exact for traces of up to 104 days.
 */
import { formatDuration, type TraceTree, type TreeNode } from "@spoor/trace";

/** The stretch of time that a picture of a trace covers, from its first start. */
export interface TimeScale {
  /** At least 1, so that every fraction is finite. */
  readonly durationNano: number;
}

/** A line of the ruler. */
export interface Tick {
  readonly offsetNano: number;
  readonly text: string;
}

/** Where a bar lies, in fractions of the width of the scale. */
export interface Bar {
  readonly left: number;
  readonly width: number;
}

/** From the first start to the last end, over all spans and not only the root. */
export function timeScaleOf(tree: Pick<TraceTree, "nodes">): TimeScale {
  let lastNano = 1;
  for (const { endNano } of tree.nodes) lastNano = Math.max(lastNano, endNano);
  return { durationNano: lastNano };
}

/** Where a span's bar lies. Always within the scale; without width for a span without length. */
export function barOf(scale: TimeScale, node: Pick<TreeNode, "startNano" | "endNano">): Bar {
  const left = clamp(node.startNano / scale.durationNano);
  return { left, width: clamp(node.endNano / scale.durationNano) - left };
}

/** Ticks at round times (1, 2 or 5 times a power of ten), from 0 on, at most `countMax`. */
export function ticksOf(scale: TimeScale, countMax: number): Tick[] {
  const stepNano = roundStepNano(scale.durationNano / Math.max(1, countMax - 1));
  const count = Math.floor(scale.durationNano / stepNano) + 1;
  const lastNano = (count - 1) * stepNano;
  return Array.from({ length: count }, (_, index) => {
    const tickNano = index * stepNano;
    return { offsetNano: tickNano, text: tickText(tickNano, { stepNano, lastNano }) };
  });
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
