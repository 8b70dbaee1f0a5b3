import type { Clock } from "@spoor/trace";

import type { Connection } from "./connection.ts";

/** Holds the present connection, if there is one, and tells those who wait for the next. */
export class ConnectionSlot {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #connection: Connection | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Puts another connection, or none, in the place of the present one, which is returned. */
  replace(next: Connection | undefined): Connection | undefined {
    const previous = this.#connection;
    this.#connection = next;
    this.#wake();
    return previous;
  }

  /** Lets nobody wait any longer. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** A connection other than `broken`; undefined when there is none after `timeoutMs`. */
  async after(broken: Connection, timeoutMs: number): Promise<Connection | undefined> {
    const deadlineMs = this.#clock.monotonicMs() + timeoutMs;
    while (this.#connection === undefined || this.#connection === broken) {
      const leftMs = deadlineMs - this.#clock.monotonicMs();
      if (leftMs <= 0 || this.#isClosed) return undefined;
      await this.#change(leftMs);
    }
    return this.#connection;
  }

  /** Resolves at the next change, or after `timeoutMs`. */
  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }
}
