/*
 * How this package asks a database: by a function of the caller, who owns the connection and the
 * driver. Every value is asked for as text, because drivers disagree about integers and times.
 */
import type { Clock, WaitCost } from "@spoor/trace";

/** One row of an answer. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Asks one database, on one connection that nobody else uses meanwhile.
 *
 * `sql` has the placeholders of that database (`$1`, or `?`) for `parameters`. Resolves to the rows
 * with the columns by name. Rejects with the driver's error.
 */
export type Query = (sql: string, parameters: readonly string[]) => Promise<readonly Row[]>;

/** The text in a column; undefined for NULL and for the empty text. */
export function text(row: Row, column: string): string | undefined {
  const value = row[column];
  if (value === null || value === undefined || value === "") return undefined;
  if (Buffer.isBuffer(value)) return value.toString("utf8");
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return undefined;
  }
}

/** The integer in a column; undefined for NULL and for what is none. */
export function integer(row: Row, column: string): number | undefined {
  const value = Number(text(row, column) ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The truth in a column, as drivers spell it. */
export function flag(row: Row, column: string): boolean {
  const value = text(row, column);
  return value === "true" || value === "t" || value === "1";
}

/** A list of integers in a column, as text with commas between. */
export function integers(row: Row, column: string): number[] {
  const list = text(row, column) ?? "";
  return list === "" ? [] : list.split(",").map(Number).filter(Number.isSafeInteger);
}

/** Counts what finding out costs. */
export class CostMeter {
  readonly #clock: Clock;
  readonly #startMs: number;
  #queryCount = 0;
  #blockingCallCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** `query`, counted. */
  counted(query: Query): Query {
    return (sql, parameters) => {
      this.#queryCount += 1;
      return query(sql, parameters);
    };
  }

  /** Notes calls of `pg_blocking_pids`. */
  addBlockingCalls(count: number): void {
    this.#blockingCallCount += count;
  }

  /** What it cost up to now. */
  cost(): WaitCost {
    return {
      queryCount: this.#queryCount,
      blockingCallCount: this.#blockingCallCount,
      elapsedMs: this.#clock.monotonicMs() - this.#startMs,
    };
  }
}
