import { buffer } from "node:stream/consumers";

import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";

import { QUERY_MEMORY_BYTES_MAX, QUERY_SECONDS_MAX, QUERY_SPILL_BYTES } from "../base/limits.ts";
import { storeError } from "../engine/connection.ts";

/** Rows as arrays of columns, and what they cost. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly scannedRows: number;
}

/** What every read is held to. */
const READ_SETTINGS = {
  max_execution_time: QUERY_SECONDS_MAX,
  max_memory_usage: String(QUERY_MEMORY_BYTES_MAX),
  max_bytes_before_external_group_by: String(QUERY_SPILL_BYTES),
  max_bytes_before_external_sort: String(QUERY_SPILL_BYTES),
  // Reading a Map key by key would read the whole column once per key.
  optimize_functions_to_subcolumns: 0,
  // Two cores for some granules, which is what most questions read; by default for 160,000 rows.
  merge_tree_min_rows_for_concurrent_read: "16384",
  merge_tree_min_bytes_for_concurrent_read: "2000000",
  // Only then does the summary header count everything that was read.
  wait_end_of_query: 1,
} as const;

/** What differs from one query to another. */
export interface QueryOptions {
  /** Instead of what every read is held to. */
  readonly settings?: ClickHouseSettings;
  /** A name under which the query can be killed. */
  readonly queryId?: string;
  /** Gives the query up. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a query with bound parameters. `verb` completes "cannot …" in an error.
 *
 * The caller names the shape of a row, because it wrote the columns. 64-bit integers come as
 * decimal text, NaN and the infinities as text, maps as lists of pairs (an object would reorder
 * keys that look like numbers).
 */
export async function runQuery<Row extends readonly unknown[]>(
  client: ClickHouseClient,
  verb: string,
  query: string,
  parameters: Readonly<Record<string, unknown>>,
  options: QueryOptions = {},
): Promise<QueryResult<Row>> {
  try {
    const result = await client.query({
      query,
      query_params: parameters,
      format: "JSONCompactEachRow",
      ...(options.queryId !== undefined && { query_id: options.queryId }),
      ...(options.signal !== undefined && { abort_signal: options.signal }),
      clickhouse_settings: {
        ...READ_SETTINGS,
        ...options.settings,
        output_format_json_quote_64bit_integers: 1,
        output_format_json_quote_denormals: 1,
        output_format_json_map_as_array_of_tuples: 1,
        output_format_json_named_tuples_as_objects: 0,
      },
    });
    const rows = await result.json<Row>();
    return { rows, scannedRows: readRows(result.response_headers["x-clickhouse-summary"]) };
  } catch (error) {
    throw storeError(verb, error);
  }
}

/** An answer in ClickHouse's Native format, whole, and what it cost. */
export interface NativeQueryResult {
  readonly bytes: Uint8Array;
  readonly scannedRows: number;
}

/**
 * The same in the Native format: columns, which `NativeBlockReader` reads at a fraction of what
 * rows of JSON cost. For answers of a hundred thousand rows.
 */
export async function runNativeQuery(
  client: ClickHouseClient,
  verb: string,
  query: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<NativeQueryResult> {
  try {
    const result = await client.exec({
      query: `${query}\nFORMAT Native`,
      query_params: parameters,
      clickhouse_settings: READ_SETTINGS,
    });
    const bytes = await buffer(result.stream);
    return { bytes, scannedRows: readRows(result.response_headers["x-clickhouse-summary"]) };
  } catch (error) {
    throw storeError(verb, error);
  }
}

/** `read_rows` of the summary header, a JSON object of decimal texts. */
function readRows(header: string | readonly string[] | undefined): number {
  const text = typeof header === "string" ? header : (header?.[0] ?? "{}");
  const summary: unknown = JSON.parse(text);
  if (typeof summary !== "object" || summary === null || !("read_rows" in summary)) return 0;
  return Number(summary.read_rows);
}
