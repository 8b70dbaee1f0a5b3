/** Scrambles 32 bits so that neighbours have nothing in common; no two inputs give the same. */
export function mix32(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Numbers that look random and are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Zero is the one state that xorshift never leaves.
    this.#state = mix32(seed) || 0x9e37_79b9;
  }

  /** The next 32 bits (Marsaglia, "Xorshift RNGs"). */
  word(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** From 0 up to, and not including, 1. */
  fraction(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `limit - 1`. */
  next(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** One of `choices`, which is not empty. */
  pick<T>(choices: readonly T[]): T {
    // The index is below the length.
    return choices[this.next(choices.length)] as T;
  }
}
