const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** Lower-case hex of `bytes[start, end)`. */
export function bytesToHex(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): string {
  let hex = "";
  for (let index = start; index < end; index += 1) hex += HEX_OF_BYTE[bytes[index] ?? 0] ?? "";
  return hex;
}

/**
 * Writes the bytes of `hex` into `target` at `offset`.
 *
 * @returns false, with nothing or a part written, unless `hex` is exactly `byteCount * 2` hex
 * digits of either case.
 */
export function hexToBytes(
  hex: string,
  target: Uint8Array,
  { offset, byteCount }: { readonly offset: number; readonly byteCount: number },
): boolean {
  if (hex.length !== byteCount * 2) return false;
  for (let index = 0; index < byteCount; index += 1) {
    const high = hexDigit(hex.charCodeAt(index * 2));
    const low = hexDigit(hex.charCodeAt(index * 2 + 1));
    if (high < 0 || low < 0) return false;
    target[offset + index] = high * 16 + low;
  }
  return true;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}
