/* The statements of one search: what they cost together, and what ends them. */
import { randomUUID } from "node:crypto";

import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import { type Clock, errorCode, SpoorError } from "@spoor/trace";

import { SEARCH_MEMORY_BYTES_MAX, SEARCH_MS_MAX } from "../base/limits.ts";
import type { SearchBounds } from "../port/search.ts";
import { runQuery } from "../read/run-query.ts";
import type { DimensionKeys } from "./dimension-keys.ts";

/** Thrown when the time of a search is over; the search answers with what it has. */
export class TimeIsOver extends Error {
  override readonly name = "TimeIsOver";
}

/** Runs the statements of one search. */
export class SearchQueries {
  readonly client: ClickHouseClient;
  readonly timeoutMs: number;
  /** Undefined where others write too. */
  readonly dimensionKeys: DimensionKeys | undefined;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #startMs: number;
  scannedRows = 0;

  constructor(
    client: ClickHouseClient,
    clock: Clock,
    bounds: SearchBounds,
    dimensionKeys?: DimensionKeys,
  ) {
    this.dimensionKeys = dimensionKeys;
    this.client = client;
    this.#clock = clock;
    this.#signal = bounds.signal;
    this.timeoutMs = Math.min(bounds.timeoutMs ?? SEARCH_MS_MAX, SEARCH_MS_MAX);
    this.#startMs = clock.monotonicMs();
  }

  get tookMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  /** Stops here if the search was stopped or its time is over. @throws TimeIsOver */
  check(): void {
    this.#signal?.throwIfAborted();
    if (this.tookMs >= this.timeoutMs) throw new TimeIsOver("the time of the search is over");
  }

  /**
   * Runs a statement in the time that is left. `more` are settings of this one.
   *
   * @throws TimeIsOver, the reason of the signal, SPOOR_STORE_UNAVAILABLE, SPOOR_STORE_REFUSED
   */
  async run<Row extends readonly unknown[]>(
    query: string,
    parameters: Readonly<Record<string, unknown>>,
    more: ClickHouseSettings = {},
  ): Promise<Row[]> {
    this.check();
    const queryId = randomUUID();
    const settings = {
      ...more,
      max_execution_time: Math.max(0.01, (this.timeoutMs - this.tookMs) / 1000),
      max_memory_usage: String(SEARCH_MEMORY_BYTES_MAX),
      // A client that is gone wants no answer: ClickHouse notices the closed connection.
      cancel_http_readonly_queries_on_client_close: 1,
    } as const;
    const stop = (): void => void this.#kill(queryId);
    this.#signal?.addEventListener("abort", stop, { once: true });
    try {
      const options = { settings, queryId, ...(this.#signal && { signal: this.#signal }) };
      const result = await runQuery<Row>(this.client, "search", query, parameters, options);
      this.scannedRows += result.scannedRows;
      return result.rows;
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (isTimeout(error)) throw new TimeIsOver("the time of the search is over");
      throw error;
    } finally {
      this.#signal?.removeEventListener("abort", stop);
    }
  }

  /** A user may kill its own queries. It may be over by now, which is as good. */
  async #kill(queryId: string): Promise<void> {
    const query = "KILL QUERY WHERE query_id = {queryId:String} ASYNC";
    await this.client.command({ query, query_params: { queryId } }).catch(() => undefined);
  }
}

/** TIMEOUT_EXCEEDED, or TOO_SLOW when ClickHouse can tell before. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof SpoorError)) return false;
  const code = errorCode(error.cause);
  return code === "159" || code === "160" || code === "209";
}
