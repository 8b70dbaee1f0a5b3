import { type Clock, errorMessage } from "@spoor/trace";

import { DERIVE_ALL_EVERY, DERIVE_INTERVAL_MS, DERIVE_RECENT_SECONDS } from "../base/limits.ts";
import type { StoreEventListener } from "../base/store-event.ts";
import type { ConnectionSource } from "../engine/connection.ts";
import { tableName } from "../schema/table-ddl.ts";
import { derivePeriods } from "./derive-periods.ts";
import { deriveMinutes, type DeriveOptions } from "./derive-minutes.ts";
import type { MinuteRange } from "./minute-states.ts";

/** What a job needs. */
export interface MinuteJobOptions {
  readonly source: ConnectionSource;
  readonly clock: Clock;
  readonly onEvent: StoreEventListener;
}

/**
 * Derives the minutes that are due, once a minute, one run at a time. A look at all minutes there
 * are comes first and then every hour, for spans that are hours late; else only the newest count.
 */
export class MinuteJob {
  readonly #options: MinuteJobOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #runs = 0;
  #isClosed = false;

  constructor(options: MinuteJobOptions) {
    this.#options = options;
  }

  /** Begins. The first run is an interval away: a server that starts has better things to do. */
  start(): void {
    this.#timer = setInterval(() => {
      void this.#tick();
    }, DERIVE_INTERVAL_MS).unref();
  }

  /** Derives everything that is due now. @throws SPOOR_STORE_UNAVAILABLE, SPOOR_STORE_REFUSED */
  run(): Promise<void> {
    this.#running = this.#running.catch(() => undefined).then(() => this.#run(ALL_MINUTES));
    return this.#running;
  }

  /** Starts no further run, and waits for the step that is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running.catch(() => undefined);
  }

  async #tick(): Promise<void> {
    const { source, clock, onEvent } = this.#options;
    if (!source.isReady) return;
    const nowSeconds = Number(clock.nowUnixNano() / 1_000_000_000n);
    const isForAll = this.#runs % DERIVE_ALL_EVERY === 0;
    this.#runs += 1;
    const recent = { first: minuteBefore(nowSeconds - DERIVE_RECENT_SECONDS), last: nowSeconds };
    const range = isForAll ? ALL_MINUTES : recent;
    this.#running = this.#running.catch(() => undefined).then(() => this.#run(range));
    try {
      await this.#running;
    } catch (error) {
      // The next run does it; until then answers count on the spot.
      onEvent({ kind: "minutes_not_counted", reason: errorMessage(error) });
    }
  }

  async #run(range: MinuteRange): Promise<void> {
    if (this.#isClosed) return;
    const { source, clock } = this.#options;
    const connection = source.current();
    const options: DeriveOptions = {
      range,
      nowUnixNano: clock.nowUnixNano(),
      table: (name) => tableName(connection, name),
      isStopped: () => this.#isClosed,
    };
    await deriveMinutes(connection.writer, options);
    if (!this.#isClosed) await derivePeriods(connection.writer, options);
  }
}

/** Not those of bucket 0, whose starts are not believed. */
const ALL_MINUTES: MinuteRange = { first: 60, last: 0xffff_ffff - 59 };

function minuteBefore(seconds: number): number {
  return Math.max(60, seconds - (seconds % 60));
}
