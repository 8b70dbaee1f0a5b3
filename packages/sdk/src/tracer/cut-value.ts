import { Buffer } from "node:buffer";
import type { StoredValue } from "../base/attribute-value.ts";

/** The beginning of a value, and how many bytes of UTF-8 or of itself all of it had. */
interface CutValue {
  readonly value: StoredValue;
  readonly originalBytes: number;
}

/**
 * `value` with every text and every byte string in it cut at `lengthMax` UTF-16 units or bytes,
 * never within a character; undefined when nothing was longer.
 */
export function cutStored(value: StoredValue, lengthMax: number): CutValue | undefined {
  if (typeof value === "string") {
    if (value.length <= lengthMax) return undefined;
    return { value: cutText(value, lengthMax), originalBytes: Buffer.byteLength(value) };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Uint8Array) {
    if (value.length <= lengthMax) return undefined;
    return { value: value.slice(0, lengthMax), originalBytes: value.length };
  }
  return isList(value) ? cutList(value, lengthMax) : cutMap(value, lengthMax);
}

/** The first `unitCountMax` UTF-16 units of `text`, one fewer where they would split a pair. */
function cutText(text: string, unitCountMax: number): string {
  const last = text.charCodeAt(unitCountMax - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHighSurrogate ? unitCountMax - 1 : unitCountMax);
}

function cutList(list: readonly StoredValue[], lengthMax: number): CutValue | undefined {
  let originalBytes = 0;
  const value = list.map((member) => {
    const cut = cutStored(member, lengthMax);
    originalBytes += cut?.originalBytes ?? 0;
    return cut?.value ?? member;
  });
  return originalBytes === 0 ? undefined : { value, originalBytes };
}

function cutMap(
  map: { readonly [key: string]: StoredValue },
  lengthMax: number,
): CutValue | undefined {
  let originalBytes = 0;
  const entries = Object.entries(map).map(([key, member]): [string, StoredValue] => {
    const cut = cutStored(member, lengthMax);
    originalBytes += cut?.originalBytes ?? 0;
    return [key, cut?.value ?? member];
  });
  return originalBytes === 0 ? undefined : { value: Object.fromEntries(entries), originalBytes };
}

/** `Array.isArray` does not know read-only arrays. */
function isList(value: StoredValue): value is readonly StoredValue[] {
  return Array.isArray(value);
}
