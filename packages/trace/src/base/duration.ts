const NANO_PER_MICRO = 1_000;
const NANO_PER_MS = 1_000_000;
const NANO_PER_SECOND = 1_000_000_000;

/**
 * A duration as people read it: `27ms`, `1.4s`, `812µs`, `2m 5s`.
 *
 * Whole milliseconds from 1 ms to 1 s, three significant digits from 1 s to 1 min, because a
 * reader compares neighbours in a tree and a longer number hides the difference it shows.
 * Rounding never invents the next unit: 999.7 ms prints as `1s`, not `1000ms`.
 */
export function formatDuration(durationNano: number | bigint): string {
  const nano = Number(durationNano);
  if (nano < 0) return `-${formatDuration(-nano)}`;
  if (nano < NANO_PER_MICRO) return `${Math.round(nano)}ns`;
  if (nano < 999.5 * NANO_PER_MICRO) return `${Math.round(nano / NANO_PER_MICRO)}µs`;
  if (nano < 999.5 * NANO_PER_MS) return formatMs(nano / NANO_PER_MS);
  const seconds = nano / NANO_PER_SECOND;
  if (seconds < 59.95) return `${trimmed(seconds, seconds < 9.995 ? 2 : 1)}s`;
  return formatLong(Math.round(seconds));
}

/** Below 10 ms one decimal is kept, or a 1.4 ms call would look as long as a 0.6 ms one. */
function formatMs(ms: number): string {
  return `${trimmed(ms, ms < 9.95 ? 1 : 0)}ms`;
}

function formatLong(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [
    [days, "d"],
    [hours, "h"],
    [minutes, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

const NANO_OF_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

/**
 * Reads a length of time as people type it, `500ms`, `90s`, `1h30m`, `7d`, into nanoseconds. At
 * most eight parts of at most nine digits. Undefined for anything else.
 */
export function parseElapsedTime(text: string): bigint | undefined {
  if (!/^(?:\d{1,9}(?:ns|us|ms|s|m|h|d|w)){1,8}$/.test(text)) return undefined;
  let nano = 0n;
  for (const [, digits = "0", unit = ""] of text.matchAll(/(\d+)(ns|us|ms|s|m|h|d|w)/g)) {
    nano += BigInt(digits) * (NANO_OF_UNIT[unit] ?? 0n);
  }
  return nano;
}
