/* What asking one database has in common, whichever it is. */
import { type Clock, systemClock } from "@spoor/trace";
import { CostMeter, type Query } from "./query.ts";
import { type Explanations, type Meanwhile, type Pacing, SharedWalks } from "./shared-walks.ts";
import type { Waiter } from "./waiter.ts";

/** With what one walk asks. */
export interface WalkQuestions {
  readonly query: Query;
  readonly meter: CostMeter;
  /** As {@link DatabasePort.identify} said. */
  readonly server: string;
}

/** How one kind of database is walked. */
export interface DatabasePort {
  /** On which questions are asked. */
  readonly query: Query;
  /**
   * The server in its own words, as no other server says them, so that ids of sessions can be
   * compared; the empty text where it does not tell. @throws the driver's error
   */
  identify(query: Query): Promise<string>;
  /** Whether nobody else walks it, from now until `endLease`. @throws the driver's error */
  takeLease(query: Query): Promise<boolean>;
  endLease(query: Query): Promise<void>;
  /**
   * Only while the lease is ours. What it asks with `query` is counted.
   *
   * @throws the driver's error
   */
  explain(waiters: readonly Waiter[], tools: WalkQuestions): Promise<Explanations>;
}

/** Explains the waits of sessions of one database. */
export class DatabaseWaits {
  readonly #walks: SharedWalks;

  constructor(port: DatabasePort, clock: Clock = systemClock, pacing: Pacing = {}) {
    const { query } = port;
    this.#walks = new SharedWalks(
      {
        identify: () => port.identify(query),
        takeLease: () => port.takeLease(query),
        endLease: () => port.endLease(query),
        explain: (waiters, server) => {
          const meter = new CostMeter(clock);
          return port.explain(waiters, { query: meter.counted(query), meter, server });
        },
      },
      clock,
      pacing,
    );
  }

  /**
   * A report for each waiter, by the id of its session. Never rejects: what cannot be found out is
   * a report of the kind `unknown` with its reason. May take as long as the lease, see `limits.ts`.
   *
   * `meanwhile` is called, perhaps never, while others have their turn to ask: with reports that
   * say so, and who it is that waits, so that what the others find out serves these waiters too.
   */
  async explain(waiters: readonly Waiter[], meanwhile?: Meanwhile): Promise<Explanations> {
    return await this.#walks.explain(waiters, meanwhile);
  }

  /** Answers what was asked, and asks nothing more. The connection stays open: it is not ours. */
  async close(): Promise<void> {
    await this.#walks.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
