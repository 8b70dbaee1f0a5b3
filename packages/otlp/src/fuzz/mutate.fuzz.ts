/** Damages bodies, the same way for the same seed. */

/** A generator of whole numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to `limit - 1`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  }
}

/** What often makes a difference: borders of varints and types, and the signs of JSON. */
const SPECIAL_PARTS: readonly (readonly number[])[] = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x0a, 0x00],
  [0x0b],
  [0xc3, 0x28],
  [0xed, 0xa0, 0x80],
  ...[
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "\\",
    "\\u0041",
    "\\ud800",
    "null",
    "true",
    "-",
    "1e9",
    "18446744073709551616",
    "0.1",
    '"k":',
    "{}",
    "[]",
    " ",
    "\n",
    '"name":"x",',
    '"key":"a",',
    '"intValue":"7"',
    "[[[[[[[[",
  ].map((text) => Array.from(new TextEncoder().encode(text))),
];

/** `body` with one to eight changes; some of them bring in a part of `other`. */
export function mutated(body: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = body.slice();
  const changeCount = 1 + random.below(random.below(8) + 1);
  for (let change = 0; change < changeCount; change += 1) bytes = changed(bytes, other, random);
  return bytes;
}

function changed(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(8)) {
    case 0:
      return flipped(bytes, at, 1 << random.below(8));
    case 1:
      return flipped(bytes, at, random.below(256));
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return spliced(bytes, at, random.below(16), []);
    case 4:
      return spliced(bytes, at, 0, SPECIAL_PARTS[random.below(SPECIAL_PARTS.length)] ?? []);
    case 5: {
      const part = SPECIAL_PARTS[random.below(SPECIAL_PARTS.length)] ?? [];
      return spliced(bytes, at, part.length, part);
    }
    case 6: {
      const from = random.below(bytes.length);
      return spliced(bytes, at, 0, bytes.subarray(from, from + random.below(64)));
    }
    default: {
      const from = random.below(other.length);
      return spliced(bytes, at, random.below(32), other.subarray(from, from + random.below(64)));
    }
  }
}

function flipped(bytes: Uint8Array, at: number, bits: number): Uint8Array {
  const copy = bytes.slice();
  if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ bits;
  return copy;
}

function spliced(
  bytes: Uint8Array,
  at: number,
  removedCount: number,
  part: Iterable<number>,
): Uint8Array {
  return Uint8Array.from([
    ...bytes.subarray(0, at),
    ...part,
    ...bytes.subarray(Math.min(bytes.length, at + removedCount)),
  ]);
}

/** The beginnings of a body, and the body with one byte changed in four ways, at every `step`. */
export function* damagedEverywhere(body: Uint8Array, step: number): Generator<Uint8Array> {
  for (let length = 0; length < body.length; length += step) yield body.subarray(0, length);
  for (let at = 0; at < body.length; at += step) {
    for (const flip of [0x01, 0x80, 0x7f, 0xff]) yield flipped(body, at, flip);
  }
}
