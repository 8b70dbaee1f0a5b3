import type { RequestLimits } from "./request-limits.ts";

/**
 * Parsing alone would make an object of every `{}`, 3 bytes on the wire and some 50 in memory,
 * before a row is counted. An attribute has three objects and lists; brackets inside text count
 * too, and nobody has that many.
 */
export function checkObjectCount(body: Uint8Array, limits: RequestLimits): void {
  const countMax = limits.limits.rowCountMax * OBJECTS_PER_ROW;
  if (body.length <= countMax) return;
  let count = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) count += 1;
  }
  if (count > countMax) limits.fail();
}

const OBJECTS_PER_ROW = 3;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
