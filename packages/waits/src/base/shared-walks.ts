/*
 * One walk for many questions, and few walks for many instances.
 *
 * 1. Questions that arrive while a walk runs are answered together by the next one.
 * 2. A walk needs the lease of its database, which only one instance has at a time; without it the
 *    questions wait for their turn.
 * 3. Whoever waits is told so at once, with who it is on which server: the walks of other
 *    instances tell for whom else they hold, and who reads both reports can join them.
 * 4. Whoever has walked keeps the lease until half a second after the walk began.
 * 5. A walk that was slow makes the next one wait longer.
 */
import {
  type Clock,
  type Deferred,
  deferred,
  errorMessage,
  unknownWait,
  type WaitReport,
} from "@spoor/trace";
import { known } from "./known.ts";
import {
  LEASE_MS,
  LEASE_MS_MAX,
  LEASE_RETRY_MS,
  LEASE_WAIT_MS_MAX,
  SLOW_WALK_MS,
} from "./limits.ts";
import type { Waiter } from "./waiter.ts";

const NOT_OUR_TURN = "it is not yet this instance's turn to ask the database";

/** A report for each waiter, by its session. */
export type Explanations = ReadonlyMap<number, WaitReport>;

/** Takes reports that hold until the answer is there. */
export type Meanwhile = (reports: Explanations) => void;

/** Waits, and chance; for tests. */
export interface Pacing {
  readonly delay?: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** How one database is walked. */
export interface WalkPort {
  /** As `DatabasePort.identify`. @throws the driver's error */
  identify(): Promise<string>;
  /** Whether the lease is ours now. @throws the driver's error */
  takeLease(): Promise<boolean>;
  endLease(): Promise<void>;
  /** Only while the lease is ours. @throws the driver's error */
  explain(waiters: readonly Waiter[], server: string): Promise<Explanations>;
}

interface Batch {
  readonly waiters: Map<number, Waiter>;
  readonly answer: Deferred<Explanations>;
  /** Tell whoever asks that it waits. */
  readonly meanwhile: (() => void)[];
}

/** Gathers questions about one database, and walks it for all of them at once. */
export class SharedWalks {
  readonly #port: WalkPort;
  readonly #clock: Clock;
  readonly #delay: (ms: number) => Promise<void>;
  readonly #random: () => number;
  readonly #closing = deferred<void>();
  #next: Batch | undefined;
  #running: Promise<void> | undefined;
  #leaseMs = LEASE_MS;
  #server: string | undefined;
  /** It is not our turn: others walk, or our own last walk was a moment ago. */
  #isOthersTurn = false;
  #isClosed = false;

  constructor(port: WalkPort, clock: Clock, { delay, random }: Pacing) {
    this.#port = port;
    this.#clock = clock;
    this.#delay = delay ?? unrefDelay;
    this.#random = random ?? Math.random;
  }

  /** Never rejects: what cannot be found out is an `unknown` with its reason. */
  async explain(
    waiters: readonly Waiter[],
    meanwhile: Meanwhile = () => {},
  ): Promise<Explanations> {
    if (waiters.length === 0) return new Map();
    if (this.#isClosed) return this.#unknownFor(waiters, "the connection for questions is closed");
    this.#next ??= { waiters: new Map(), answer: deferred(), meanwhile: [] };
    const batch = this.#next;
    for (const waiter of waiters) batch.waiters.set(waiter.pid, waiter);
    batch.meanwhile.push(() => meanwhile(this.#unknownFor(waiters, NOT_OUR_TURN)));
    if (this.#isOthersTurn) this.#tellMeanwhile();
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return await batch.answer.promise;
  }

  /** Answers what was asked, and walks no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const isOurs = await this.#takeLease();
      this.#isOthersTurn = false;
      // Whoever asked while we waited for the lease is answered by the same walk.
      const batch: Batch = this.#next;
      this.#next = undefined;
      const waiters = [...batch.waiters.values()];
      if (isOurs !== true) {
        batch.answer.resolve(this.#unknownFor(waiters, isOurs));
        continue;
      }
      const startMs = this.#clock.monotonicMs();
      batch.answer.resolve(await this.#walk(waiters));
      await this.#keepLease(startMs);
    }
  }

  /** True, or why not. */
  async #takeLease(): Promise<true | string> {
    const endMs = this.#clock.monotonicMs() + LEASE_WAIT_MS_MAX;
    try {
      this.#server ??= await this.#port.identify();
      while (!(await this.#port.takeLease())) {
        this.#tellMeanwhile();
        if (this.#isClosed) return "the connection for questions is closed";
        if (this.#clock.monotonicMs() > endMs) {
          return `other instances asked this database for ${LEASE_WAIT_MS_MAX / 1000} s without a pause`;
        }
        // Everybody who waits tries at another moment, or the same few would always win.
        await this.#pause(LEASE_RETRY_MS * (0.5 + this.#random()));
      }
      return true;
    } catch (error) {
      return `the database could not be asked: ${errorMessage(error)}`;
    }
  }

  async #walk(waiters: readonly Waiter[]): Promise<Explanations> {
    try {
      return await this.#port.explain(waiters, this.#server ?? "");
    } catch (error) {
      return this.#unknownFor(waiters, `the walk failed: ${errorMessage(error)}`);
    }
  }

  async #keepLease(startMs: number): Promise<void> {
    const tookMs = this.#clock.monotonicMs() - startMs;
    this.#leaseMs = tookMs > SLOW_WALK_MS ? Math.min(this.#leaseMs * 2, LEASE_MS_MAX) : LEASE_MS;
    this.#tellMeanwhile();
    await this.#pause(Math.max(this.#leaseMs - tookMs, 0));
    try {
      await this.#port.endLease();
    } catch {
      // The connection is gone, and the lease with it; the next question will say so.
    }
  }

  /** Waits, but not on when this object is closed. */
  async #pause(ms: number): Promise<void> {
    await Promise.race([this.#delay(ms), this.#closing.promise]);
  }

  /** From now on, until it is our turn. */
  #tellMeanwhile(): void {
    this.#isOthersTurn = true;
    for (const tell of this.#next?.meanwhile.splice(0) ?? []) tell();
  }

  #unknownFor(waiters: readonly Waiter[], reason: string): Explanations {
    const unknown = unknownWait(reason, this.#clock.nowUnixNano());
    const server = this.#server ?? "";
    return new Map(
      waiters.map(({ pid: id, sinceUnixNano }) => [
        id,
        {
          ...unknown,
          ...known({ sinceUnixNano, session: server === "" ? undefined : { server, id } }),
        },
      ]),
    );
  }
}

/** Keeps no process alive that has nothing else to do. */
async function unrefDelay(ms: number): Promise<void> {
  const { promise, resolve } = deferred<void>();
  setTimeout(resolve, ms).unref();
  await promise;
}
