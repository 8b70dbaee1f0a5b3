const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A number of bytes as people read it: `812 B`, `64 KiB`, `1.2 MiB`. */
export function formatBytes(byteCount: number): string {
  if (byteCount < 1024) return `${byteCount} B`;
  let value = byteCount / 1024;
  let unit = 0;
  // Rounding never shows 1024 of a unit: 1023.9 KiB is 1 MiB.
  while (Number(value.toFixed(1)) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${UNITS[unit] ?? ""}`;
}
