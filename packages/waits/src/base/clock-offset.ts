import type { Clock } from "@spoor/trace";

/**
 * Turns a database's times into this machine's.
 *
 * `databaseUnixMicro` was read between the two moments of this machine, so the middle of them is
 * wrong by at most half of the answer's journey.
 */
export class ClockOffset {
  readonly #offsetNano: bigint;

  constructor(asked: {
    readonly beforeUnixNano: bigint;
    readonly databaseUnixMicro: bigint;
    readonly afterUnixNano: bigint;
  }) {
    const middle = (asked.beforeUnixNano + asked.afterUnixNano) / 2n;
    this.#offsetNano = middle - asked.databaseUnixMicro * 1000n;
  }

  /** A time of the database, in microseconds of 1970 as text, by this machine's clock. */
  unixNano(databaseUnixMicro: string | undefined): bigint | undefined {
    if (databaseUnixMicro === undefined || !/^-?\d{1,18}$/u.test(databaseUnixMicro)) {
      return undefined;
    }
    return BigInt(databaseUnixMicro) * 1000n + this.#offsetNano;
  }

  /** Asks for the database's time with `askUnixMicro` and compares. */
  static async measure(
    clock: Clock,
    askUnixMicro: () => Promise<string | undefined>,
  ): Promise<ClockOffset> {
    const beforeUnixNano = clock.nowUnixNano();
    const answer = await askUnixMicro();
    const afterUnixNano = clock.nowUnixNano();
    const isTime = answer !== undefined && /^-?\d{1,18}$/u.test(answer);
    // Without an answer the two clocks are taken to agree.
    const databaseUnixMicro = isTime ? BigInt(answer) : (beforeUnixNano + afterUnixNano) / 2000n;
    return new ClockOffset({ beforeUnixNano, databaseUnixMicro, afterUnixNano });
  }
}
