const BYTES_OF_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Reads `512MiB`, `20GiB`, `1.5TiB` into bytes; undefined for anything else, zero included. */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(B|KiB|MiB|GiB|TiB)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const bytes = Math.round(Number(digits) * (BYTES_OF_UNIT[unit] ?? 0));
  return bytes > 0 ? bytes : undefined;
}
