/*
 * Answers, for sessions of one PostgreSQL database, what they wait for and who holds it.
 *
 * Nothing is asked while nobody asks. The connection must be this object's own, because a walk is a
 * transaction; see `lease.ts` for what it may cost others.
 */
import { type Clock, systemClock } from "@spoor/trace";
import { ClockOffset } from "../base/clock-offset.ts";
import { CostMeter, type Query } from "../base/query.ts";
import { type Explanations, type Pacing, SharedWalks } from "../base/shared-walks.ts";
import type { Waiter } from "../base/waiter.ts";
import type { ClientFinder } from "../process/client-finder.ts";
import type { Registry } from "../process/holder.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import { rememberedClients } from "../process/remembered-clients.ts";
import { endLease, takeLease } from "./lease.ts";
import { clientOfPgbouncer } from "./pgbouncer.ts";
import { readServerFacts, readTime, type ServerFacts } from "./postgres-rows.ts";
import { reportsOf } from "./wait-reports.ts";
import { walk } from "./walk.ts";

/** How to ask one PostgreSQL database. */
export interface PostgresWaitsOptions extends Registry, Pacing {
  /** A connection of its own, to the database in which the waiters wait. */
  readonly query: Query;
  readonly clock?: Clock;
  /** By default the processes of this machine. */
  readonly clients?: ClientFinder;
  /** The console of the pgbouncer before the database: its database `pgbouncer`. */
  readonly pgbouncer?: Query;
  /** Whether reports may have the primary key of a row. They are user data: by default not. */
  readonly showsPrimaryKeys?: boolean;
}

interface Settled {
  readonly facts: ServerFacts;
  readonly isServerHere: boolean;
}

/** Explains the waits of sessions of one PostgreSQL database. */
export class PostgresWaits {
  readonly #options: PostgresWaitsOptions;
  readonly #clock: Clock;
  readonly #clients: ClientFinder;
  readonly #walks: SharedWalks;
  #settled: Settled | undefined;

  constructor(options: PostgresWaitsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#clients = options.clients ?? new LocalProcesses({ clock: this.#clock });
    const { query } = options;
    this.#walks = new SharedWalks(
      {
        takeLease: () => takeLease(query),
        endLease: () => endLease(query),
        explain: (waiters) => this.#explainNow(waiters),
      },
      this.#clock,
      options,
    );
  }

  /**
   * A report for each waiter, by the pid of its session. Never rejects: what cannot be found out is
   * a report of the kind `unknown` with its reason. May take as long as the lease, see `limits.ts`.
   */
  async explain(waiters: readonly Waiter[]): Promise<Explanations> {
    return await this.#walks.explain(waiters);
  }

  /** Answers what was asked, and asks nothing more. The connection stays open: it is not ours. */
  async close(): Promise<void> {
    await this.#walks.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #explainNow(waiters: readonly Waiter[]): Promise<Explanations> {
    const meter = new CostMeter(this.#clock);
    const query = meter.counted(this.#options.query);
    const { facts, isServerHere } = await this.#settle(query);
    const offset = await ClockOffset.measure(this.#clock, () => readTime(query));
    const seen = await walk({ query, meter, version: facts.version }, waiters);
    const { pgbouncer, showsPrimaryKeys = false } = this.#options;
    const holders = {
      clients: rememberedClients(this.#clients),
      registry: this.#options,
      ...(pgbouncer === undefined
        ? {}
        : { behindPooler: (pid: number) => clientOfPgbouncer(pgbouncer, pid) }),
    };
    const clock = this.#clock;
    const tools = { query, clock, facts, isServerHere, offset, holders, showsPrimaryKeys };
    return await reportsOf(tools, waiters, seen, () => meter.cost());
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
}
