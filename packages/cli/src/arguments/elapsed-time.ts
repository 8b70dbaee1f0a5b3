const NANO_OF_UNIT: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

/** Reads `90s`, `15m`, `1h30m`, `7d` into ns; undefined for anything else. */
export function parseElapsedTime(text: string): bigint | undefined {
  if (!/^(?:\d{1,9}(?:ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let nano = 0n;
  for (const [, digits = "0", unit = ""] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) {
    nano += BigInt(digits) * (NANO_OF_UNIT[unit] ?? 0n);
  }
  return nano;
}
