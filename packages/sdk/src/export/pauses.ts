import { deferred } from "@spoor/trace/basics";

/**
 * Pauses that can be ended early, and that never keep the process alive.
 */
export class Pauses {
  readonly #wakers = new Set<() => void>();

  /** Resolves after `ms`, or when everybody is woken. */
  wait(ms: number): Promise<void> {
    const { promise, resolve } = deferred<void>();
    // setTimeout takes a negative or an overlong time for 1 ms.
    const timer = setTimeout(
      () => {
        wake();
      },
      Math.min(ms, 2 ** 31 - 1),
    ).unref();
    const wake = (): void => {
      clearTimeout(timer);
      this.#wakers.delete(wake);
      resolve();
    };
    this.#wakers.add(wake);
    return promise;
  }

  wakeAll(): void {
    // Each takes itself out, which a set allows while it is walked.
    for (const wake of this.#wakers) wake();
  }
}
