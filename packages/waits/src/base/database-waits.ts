/* What asking one database has in common, whichever it is. */
import { type Clock, systemClock } from "@spoor/trace";
import { CostMeter, type Query } from "./query.ts";
import { type Explanations, type Pacing, SharedWalks } from "./shared-walks.ts";
import type { Waiter } from "./waiter.ts";

/** How one kind of database is walked. */
export interface DatabasePort {
  /** On which questions are asked. */
  readonly query: Query;
  /** Whether nobody else walks it, from now until `endLease`. @throws the driver's error */
  takeLease(query: Query): Promise<boolean>;
  endLease(query: Query): Promise<void>;
  /**
   * Only while the lease is ours. What it asks with `query` is counted.
   *
   * @throws the driver's error
   */
  explain(
    waiters: readonly Waiter[],
    tools: { readonly query: Query; readonly meter: CostMeter },
  ): Promise<Explanations>;
}

/** Explains the waits of sessions of one database. */
export class DatabaseWaits {
  readonly #walks: SharedWalks;

  constructor(port: DatabasePort, clock: Clock = systemClock, pacing: Pacing = {}) {
    const { query } = port;
    this.#walks = new SharedWalks(
      {
        takeLease: () => port.takeLease(query),
        endLease: () => port.endLease(query),
        explain: (waiters) => {
          const meter = new CostMeter(clock);
          return port.explain(waiters, { query: meter.counted(query), meter });
        },
      },
      clock,
      pacing,
    );
  }

  /**
   * A report for each waiter, by the id of its session. Never rejects: what cannot be found out is
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
}
