/** Where the time comes from. A constructor argument everywhere, so that tests own time. */
export interface Clock {
  /** Wall-clock time in ns since the Unix epoch. May jump when the machine's clock is set. */
  nowUnixNano(): bigint;
  /** Monotonic milliseconds since an arbitrary start; for durations only. */
  monotonicMs(): number;
}

const NANO_PER_MS = 1_000_000n;

/** The machine's clock. `nowUnixNano` has a resolution of 1 ms. */
export const systemClock: Clock = {
  nowUnixNano: () => BigInt(Date.now()) * NANO_PER_MS,
  monotonicMs: () => performance.now(),
};

/** A clock that moves only when told to, for tests. */
export class ManualClock implements Clock {
  #nowUnixNano: bigint;
  #monotonicMs = 0;

  constructor(startUnixNano: bigint = 0n) {
    this.#nowUnixNano = startUnixNano;
  }

  nowUnixNano(): bigint {
    return this.#nowUnixNano;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Moves both times forward by `elapsedMs`, which may have a fraction. */
  advanceMs(elapsedMs: number): void {
    this.#monotonicMs += elapsedMs;
    this.#nowUnixNano += BigInt(Math.round(elapsedMs * 1e6));
  }
}
