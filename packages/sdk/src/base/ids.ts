/*
 * Trace and span ids as 32-bit integers, which V8 keeps without allocating; hexadecimal text is
 * made only when somebody asks for it. Randomness comes from the operating system's generator,
 * 16 KiB at a time: one call for 2,048 span ids costs a hundredth of a call for each.
 */
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

const POOL_WORD_COUNT = 4096;

const pool = new Int32Array(POOL_WORD_COUNT);
let poolIndex = POOL_WORD_COUNT;

/** 32 random bits from the pool, as a signed integer. */
export function randomWord(): number {
  if (poolIndex === POOL_WORD_COUNT) {
    randomFillSync(pool);
    poolIndex = 0;
  }
  const word = pool[poolIndex] ?? 0;
  poolIndex += 1;
  return word;
}

/** Makes the ids of traces and spans, where the application wants its own. */
export interface IdGenerator {
  /** 32 lower-case hexadecimal digits, not all zero. */
  generateTraceId(): string;
  /** 16 lower-case hexadecimal digits, not all zero. */
  generateSpanId(): string;
}

const DIGITS = "0123456789abcdef";
const scratch = Buffer.alloc(32);

/** The 16 hexadecimal digits of a span id. */
export function spanIdHex(high: number, low: number): string {
  writeHex(high, 0);
  writeHex(low, 8);
  return scratch.toString("latin1", 0, 16);
}

/** The 32 hexadecimal digits of a trace id. */
export function traceIdHex(a: number, b: number, c: number, d: number): string {
  writeHex(a, 0);
  writeHex(b, 8);
  writeHex(c, 16);
  writeHex(d, 24);
  return scratch.toString("latin1", 0, 32);
}

/** The 8 hexadecimal digits of `hex` from `offset` on, as a signed integer. */
export function hexWord(hex: string, offset: number): number {
  return Number.parseInt(hex.slice(offset, offset + 8), 16) | 0;
}

function writeHex(word: number, offset: number): void {
  for (let index = 0; index < 8; index += 1) {
    scratch[offset + index] = DIGITS.charCodeAt((word >>> (28 - index * 4)) & 15);
  }
}
