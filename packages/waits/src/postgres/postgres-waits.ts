/*
 * Answers, for sessions of one PostgreSQL database, what they wait for and who holds it.
 *
 * 1. Questions that arrive while a walk runs are answered together by the next one.
 * 2. A walk needs the lease of its database, see `lease.ts`; without it the questions wait.
 * 3. A walk that was slow makes the next one wait longer.
 *
 * Nothing is asked while nobody asks. The connection must be this object's own.
 */
import { type Clock, errorMessage, systemClock, unknownWait, type WaitReport } from "@spoor/trace";
import { ClockOffset } from "../base/clock-offset.ts";
import { LEASE_MS, LEASE_MS_MAX, LEASE_WAIT_MS_MAX, SLOW_WALK_MS } from "../base/limits.ts";
import { CostMeter, type Query } from "../base/query.ts";
import type { ClientFinder } from "../process/client-finder.ts";
import type { Registry } from "../process/holder.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import { endLease, takeLease } from "./lease.ts";
import { clientOfPgbouncer } from "./pgbouncer.ts";
import { readServerFacts, readTime, type ServerFacts } from "./postgres-rows.ts";
import { reportsOf } from "./wait-reports.ts";
import { walk, type Waiter } from "./walk.ts";

/** How to ask one PostgreSQL database. */
export interface PostgresWaitsOptions extends Registry {
  /** A connection of its own, to the database in which the waiters wait. */
  readonly query: Query;
  readonly clock?: Clock;
  /** By default the processes of this machine. */
  readonly clients?: ClientFinder;
  /** The console of the pgbouncer before the database: its database `pgbouncer`. */
  readonly pgbouncer?: Query;
  /** Whether reports may have the primary key of a row. They are user data: by default not. */
  readonly showsPrimaryKeys?: boolean;
  /** Waits; for tests. */
  readonly delay?: (ms: number) => Promise<void>;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

interface Batch {
  readonly waiters: Map<number, Waiter>;
  readonly answer: PromiseWithResolvers<ReadonlyMap<number, WaitReport>>;
}

interface Settled {
  readonly facts: ServerFacts;
  readonly isServerHere: boolean;
}

/** Milliseconds between two tries for the lease: from the half of this to one and a half. */
const LEASE_RETRY_MS = 120;

/** Explains the waits of sessions of one PostgreSQL database. */
export class PostgresWaits {
  readonly #options: PostgresWaitsOptions;
  readonly #clock: Clock;
  readonly #clients: ClientFinder;
  readonly #delay: (ms: number) => Promise<void>;
  readonly #random: () => number;
  #next: Batch | undefined;
  #running: Promise<void> | undefined;
  #settled: Settled | undefined;
  #leaseMs = LEASE_MS;
  #isClosed = false;
  readonly #closing = Promise.withResolvers<void>();

  constructor(options: PostgresWaitsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#clients = options.clients ?? new LocalProcesses({ clock: this.#clock });
    this.#delay = options.delay ?? unrefDelay;
    this.#random = options.random ?? Math.random;
  }

  /**
   * A report for each waiter, by the pid of its session. Never rejects: what cannot be found out is
   * a report of the kind `unknown` with its reason.
   */
  async explain(waiters: readonly Waiter[]): Promise<ReadonlyMap<number, WaitReport>> {
    if (waiters.length === 0) return new Map();
    if (this.#isClosed) return this.#unknownFor(waiters, "the connection for questions is closed");
    this.#next ??= { waiters: new Map(), answer: Promise.withResolvers() };
    const batch = this.#next;
    for (const waiter of waiters) batch.waiters.set(waiter.pid, waiter);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return await batch.answer.promise;
  }

  /** Answers what was asked, and asks nothing more. The connection stays open: it is not ours. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.resolve();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const isOurs = await this.#takeLease();
      // Whoever asked while we waited for the lease is answered by the same walk.
      const batch: Batch = this.#next;
      this.#next = undefined;
      const waiters = [...batch.waiters.values()];
      if (isOurs !== true) {
        batch.answer.resolve(this.#unknownFor(waiters, isOurs));
        continue;
      }
      const startMs = this.#clock.monotonicMs();
      batch.answer.resolve(await this.#explainNow(waiters));
      await this.#keepLease(startMs);
    }
  }

  /** True, or why not. */
  async #takeLease(): Promise<true | string> {
    const endMs = this.#clock.monotonicMs() + LEASE_WAIT_MS_MAX;
    try {
      while (!(await takeLease(this.#options.query))) {
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

  async #explainNow(waiters: readonly Waiter[]): Promise<ReadonlyMap<number, WaitReport>> {
    const meter = new CostMeter(this.#clock);
    const query = meter.counted(this.#options.query);
    try {
      const { facts, isServerHere } = await this.#settle(query);
      const offset = await ClockOffset.measure(this.#clock, () => readTime(query));
      const seen = await walk({ query, meter, version: facts.version }, waiters);
      const { pgbouncer, showsPrimaryKeys = false } = this.#options;
      const holders = {
        clients: this.#clients,
        registry: this.#options,
        ...(pgbouncer === undefined
          ? {}
          : { behindPooler: (pid: number) => clientOfPgbouncer(pgbouncer, pid) }),
      };
      const clock = this.#clock;
      const tools = { query, clock, facts, isServerHere, offset, holders, showsPrimaryKeys };
      return await reportsOf(tools, waiters, seen, () => meter.cost());
    } catch (error) {
      return this.#unknownFor(waiters, `the walk failed: ${errorMessage(error)}`);
    }
  }

  async #settle(query: Query): Promise<Settled> {
    if (this.#settled !== undefined) return this.#settled;
    const facts = await readServerFacts(query);
    const { client, server, pid } = facts;
    const own = {
      ...(client === undefined ? {} : { client }),
      ...(server === undefined ? {} : { server }),
      serverPid: pid,
    };
    this.#settled = { facts, isServerHere: await this.#clients.isServerHere(own) };
    return this.#settled;
  }

  /** Nobody walks this database again before the lease is over. */
  async #keepLease(startMs: number): Promise<void> {
    const tookMs = this.#clock.monotonicMs() - startMs;
    this.#leaseMs = tookMs > SLOW_WALK_MS ? Math.min(this.#leaseMs * 2, LEASE_MS_MAX) : LEASE_MS;
    await this.#pause(Math.max(this.#leaseMs - tookMs, 0));
    try {
      await endLease(this.#options.query);
    } catch {
      // The connection is gone, and the transaction with it; the next question will say so.
      this.#settled = undefined;
    }
  }

  /** Waits, but not on when this object is closed. */
  async #pause(ms: number): Promise<void> {
    await Promise.race([this.#delay(ms), this.#closing.promise]);
  }

  #unknownFor(waiters: readonly Waiter[], reason: string): ReadonlyMap<number, WaitReport> {
    const now = this.#clock.nowUnixNano();
    return new Map(
      waiters.map(({ pid, sinceUnixNano }) => [
        pid,
        { ...unknownWait(reason, now), ...(sinceUnixNano === undefined ? {} : { sinceUnixNano }) },
      ]),
    );
  }
}

/** Keeps no process alive that has nothing else to do. */
async function unrefDelay(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms).unref();
  await promise;
}
