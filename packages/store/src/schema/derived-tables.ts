/** Tables that are derived from spans. docs/formats/clickhouse-schema.md explains every column. */
import type { TableDescription } from "./table-ddl.ts";

/** What services do, for each hour. */
export const OPERATIONS: TableDescription = {
  name: "operations",
  elements: `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  name LowCardinality(String) CODEC(ZSTD(1)),
  kind UInt8 CODEC(ZSTD(1)),
  span_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  error_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  last_start SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1))`,
  engine: "AggregatingMergeTree",
  partitionBy: "toDate(tb)",
  orderBy: "(tb, service, name, kind)",
  shardBy: "cityHash64(service)",
};

/** Attribute keys, for each hour. */
export const ATTRIBUTE_KEYS: TableDescription = {
  name: "attribute_keys",
  elements: `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  scope UInt8 CODEC(ZSTD(1)),
  key LowCardinality(String) CODEC(ZSTD(1)),
  type LowCardinality(String) CODEC(ZSTD(1)),
  count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  capped SimpleAggregateFunction(max, UInt8) CODEC(ZSTD(1))`,
  engine: "AggregatingMergeTree",
  partitionBy: "toDate(tb)",
  orderBy: "(scope, key, type, tb)",
  shardBy: "cityHash64(key)",
};

/** Values of attributes, for each hour. */
export const ATTRIBUTE_VALUES: TableDescription = {
  name: "attribute_values",
  elements: `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  scope UInt8 CODEC(ZSTD(1)),
  key LowCardinality(String) CODEC(ZSTD(1)),
  value String CODEC(ZSTD(1)),
  count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))`,
  engine: "AggregatingMergeTree",
  partitionBy: "toDate(tb)",
  orderBy: "(scope, key, value, tb)",
  shardBy: "cityHash64(key)",
};

/** Durations of each operation, for each minute; see derive/derive-minutes.ts for `run`. */
export const OPERATION_MINUTES: TableDescription = {
  name: "operation_minutes",
  elements: `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  name LowCardinality(String) CODEC(ZSTD(1)),
  kind UInt8 CODEC(ZSTD(1)),
  span_count UInt64 CODEC(T64, ZSTD(1)),
  error_count UInt64 CODEC(T64, ZSTD(1)),
  durations Map(UInt16, UInt64) CODEC(ZSTD(1))`,
  engine: "ReplacingMergeTree",
  version: "run",
  partitionBy: "toDate(tb)",
  orderBy: "(service, name, kind, tb)",
  // All rows of a minute in one insert and on one shard.
  shardBy: "toUInt32(tb)",
};

const EDGE_COLUMNS = `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  caller LowCardinality(String) CODEC(ZSTD(1)),
  callee String CODEC(ZSTD(1)),
  callee_type LowCardinality(String) CODEC(ZSTD(1)),
  call_count UInt64 CODEC(T64, ZSTD(1)),
  error_count UInt64 CODEC(T64, ZSTD(1)),
  durations Map(UInt16, UInt64) CODEC(ZSTD(1))`;

/** Calls between services, for each minute. */
export const SERVICE_EDGES: TableDescription = {
  name: "service_edges",
  elements: EDGE_COLUMNS,
  engine: "ReplacingMergeTree",
  version: "run",
  partitionBy: "toDate(tb)",
  orderBy: "(tb, caller, callee_type, callee)",
  shardBy: "toUInt32(tb)",
};

/** The same added up for ten minutes and for hours; see derive/derive-periods.ts. */
export const SERVICE_EDGE_PERIODS: TableDescription = {
  name: "service_edge_periods",
  elements: `
  seconds UInt32 CODEC(ZSTD(1)),${EDGE_COLUMNS}`,
  engine: "ReplacingMergeTree",
  version: "run",
  partitionBy: "toDate(tb)",
  orderBy: "(seconds, tb, caller, callee_type, callee)",
  shardBy: "toUInt32(tb)",
};

/** Which minutes were derived, and from how many spans. */
export const DERIVED_MINUTES: TableDescription = {
  name: "derived_minutes",
  elements: `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  span_count UInt64 CODEC(ZSTD(1))`,
  engine: "ReplacingMergeTree",
  version: "run",
  partitionBy: "toDate(tb)",
  orderBy: "tb",
  shardBy: "toUInt32(tb)",
};

/** Which periods were added up, and from which runs of their minutes. */
export const DERIVED_PERIODS: TableDescription = {
  name: "derived_periods",
  elements: `
  seconds UInt32 CODEC(ZSTD(1)),
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  minute_runs UInt64 CODEC(ZSTD(1))`,
  engine: "ReplacingMergeTree",
  version: "run",
  partitionBy: "toDate(tb)",
  orderBy: "(seconds, tb)",
  shardBy: "toUInt32(tb)",
};
