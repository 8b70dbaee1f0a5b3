/*
 * How many bytes of requests may be in flight.
 *
 * The ladder: below the limit a request enters at once. Above it a request waits, unread, up to
 * ADMISSION_WAIT_MS_MAX: the sender's socket fills and it slows down, which loses nothing. Only
 * then is it refused with a retry hint.
 */
import { ADMISSION_BYTES_MIN, ADMISSION_WAIT_MS_MAX, IN_FLIGHT_BYTES_MAX } from "../base/limits.ts";

/** The right of one request to hold bytes. Release it exactly once. */
export class Permit {
  readonly #admission: Admission;
  #chargedBytes = 0;

  constructor(admission: Admission) {
    this.#admission = admission;
    this.charge(ADMISSION_BYTES_MIN);
  }

  /** Charges bytes as they arrive, never as the sender declares them. */
  charge(bytes: number): void {
    this.#chargedBytes += bytes;
    this.#admission.inFlightBytes += bytes;
  }

  /** Gives everything back; a second call does nothing. */
  release(): void {
    this.#admission.inFlightBytes -= this.#chargedBytes;
    this.#chargedBytes = 0;
    this.#admission.wake();
  }
}

/** Counts bytes in flight and lets requests in. */
export class Admission {
  /** Written by permits only. */
  inFlightBytes = 0;
  readonly #bytesMax: number;
  readonly #waitMsMax: number;
  readonly #waiting: ((permit: Permit) => void)[] = [];

  constructor({
    bytesMax = IN_FLIGHT_BYTES_MAX,
    waitMsMax = ADMISSION_WAIT_MS_MAX,
  }: { readonly bytesMax?: number; readonly waitMsMax?: number } = {}) {
    this.#bytesMax = bytesMax;
    this.#waitMsMax = waitMsMax;
  }

  /** A permit, at once or after waiting; undefined when there was no room within the wait. */
  async enter(): Promise<Permit | undefined> {
    if (this.#hasRoom() && this.#waiting.length === 0) return new Permit(this);
    const { promise, resolve } = Promise.withResolvers<Permit | undefined>();
    this.#waiting.push(resolve);
    const timer = setTimeout(() => {
      const index = this.#waiting.indexOf(resolve);
      if (index >= 0) this.#waiting.splice(index, 1);
      resolve(undefined);
    }, this.#waitMsMax);
    const permit = await promise;
    clearTimeout(timer);
    return permit;
  }

  /** Lets waiting requests in while there is room, first come first served. */
  wake(): void {
    while (this.#hasRoom()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next(new Permit(this));
    }
  }

  #hasRoom(): boolean {
    return this.inFlightBytes < this.#bytesMax;
  }
}
