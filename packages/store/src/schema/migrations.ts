/*
 * The schema, as the steps that lead to it. A step that was released is never edited: a change is
 * a new step at the end. docs/formats/clickhouse-schema.md explains every column.
 */
import {
  ATTRIBUTE_KEYS,
  ATTRIBUTE_VALUES,
  DERIVED_MINUTES,
  DERIVED_PERIODS,
  OPERATION_MINUTES,
  OPERATIONS,
  SERVICE_EDGE_PERIODS,
  SERVICE_EDGES,
} from "./derived-tables.ts";
import type {
  FillDescription,
  SchemaChange,
  TableDescription,
  ViewDescription,
} from "./table-ddl.ts";

/** One step, applied once per database, in the order of the numbers. */
export interface Migration {
  /** 1, 2, 3 … without gaps. */
  readonly number: number;
  readonly name: string;
  /** Each may be made twice: a start that is interrupted repeats the step. */
  readonly changes: readonly SchemaChange[];
}

const SPANS: TableDescription = {
  name: "spans",
  elements: `
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(NONE),
  parent_id FixedString(8) CODEC(ZSTD(1)),
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  ts DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
  dur Int64 CODEC(T64, ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  name LowCardinality(String) CODEC(ZSTD(1)),
  kind UInt8 CODEC(ZSTD(1)),
  status UInt8 CODEC(ZSTD(1)),
  status_msg LowCardinality(String) CODEC(ZSTD(1)),
  trace_state LowCardinality(String) CODEC(ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  resource_id UInt64 CODEC(ZSTD(1)),
  scope_id UInt64 CODEC(ZSTD(1)),
  attrs_s Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  attrs_i Map(LowCardinality(String), Int64) CODEC(ZSTD(3)),
  attrs_d Map(LowCardinality(String), Float64) CODEC(ZSTD(3)),
  attrs_b Map(LowCardinality(String), Bool) CODEC(ZSTD(1)),
  dropped_attrs UInt32 CODEC(ZSTD(1)),
  events Nested(
    ts DateTime64(9, 'UTC'),
    name LowCardinality(String),
    attrs Map(LowCardinality(String), String),
    dropped UInt32
  ) CODEC(ZSTD(3)),
  dropped_events UInt32 CODEC(ZSTD(1)),
  links Nested(
    trace_id FixedString(16),
    span_id FixedString(8),
    trace_state String,
    flags UInt32,
    attrs Map(LowCardinality(String), String),
    dropped UInt32
  ) CODEC(ZSTD(1)),
  dropped_links UInt32 CODEC(ZSTD(1)),
  INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX ix_text mapValues(attrs_s) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX ix_dur dur TYPE minmax GRANULARITY 1,
  INDEX ix_status status TYPE set(3) GRANULARITY 1`,
  engine: "MergeTree",
  partitionBy: "toDate(tb)",
  orderBy: "(tb, service, name, ts)",
  shardBy: "cityHash64(trace_id)",
};

const RESOURCES: TableDescription = {
  name: "resources",
  elements: `
  id UInt64,
  attrs Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  dropped_attrs UInt32,
  schema_url String,
  entity_refs String CODEC(ZSTD(1))`,
  engine: "ReplacingMergeTree",
  orderBy: "id",
  shardBy: "id",
};

const SCOPES: TableDescription = {
  name: "scopes",
  elements: `
  id UInt64,
  name String,
  version String,
  attrs Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  dropped_attrs UInt32,
  schema_url String`,
  engine: "ReplacingMergeTree",
  orderBy: "id",
  shardBy: "id",
};

const TRACE_SUMMARIES: TableDescription = {
  name: "trace_summaries",
  elements: `
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  first_start SimpleAggregateFunction(min, UInt64) CODEC(Delta(8), ZSTD(1)),
  last_start SimpleAggregateFunction(max, UInt64) CODEC(Delta(8), ZSTD(1)),
  last_end SimpleAggregateFunction(max, UInt64) CODEC(Delta(8), ZSTD(1)),
  span_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  error_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  head SimpleAggregateFunction(min, Tuple(
    late UInt8, start UInt64, span_id FixedString(8), service String, name String
  )) CODEC(ZSTD(1)),
  services SimpleAggregateFunction(groupUniqArrayArray, Array(String)) CODEC(ZSTD(1)),
  INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1`,
  engine: "AggregatingMergeTree",
  partitionBy: "toDate(tb)",
  orderBy: "(tb, trace_id)",
  shardBy: "cityHash64(trace_id)",
  settings: ["index_granularity = 2048"],
};

const TRACE_SUMMARIES_FEED: ViewDescription = {
  name: "trace_summaries_feed",
  from: "spans",
  to: "trace_summaries",
  query: (source) => `
WITH
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS start,
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts) + dur) AS end
SELECT
  tb,
  trace_id,
  min(start) AS first_start,
  max(start) AS last_start,
  max(end) AS last_end,
  count() AS span_count,
  countIf(status = 2) AS error_count,
  min(tuple(
    toUInt8(parent_id != toFixedString('', 8)), start, span_id, toString(service), toString(name)
  )) AS head,
  groupUniqArray(toString(service)) AS services
FROM ${source}
GROUP BY tb, trace_id`,
};

/**
 * The log records of a trace lie in few granules, because those of one minute and service are
 * neighbours; the bloom filter finds them. Without a trace they are read by time and service, in
 * the order of the key.
 */
const LOGS: TableDescription = {
  name: "logs",
  elements: `
  trace_id FixedString(16) CODEC(ZSTD(1)),
  span_id FixedString(8) CODEC(ZSTD(1)),
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  ts DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
  observed_ts DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
  has_time UInt8 CODEC(ZSTD(1)),
  seq UInt32 CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  severity UInt8 CODEC(ZSTD(1)),
  severity_text LowCardinality(String) CODEC(ZSTD(1)),
  event_name LowCardinality(String) CODEC(ZSTD(1)),
  body String CODEC(ZSTD(3)),
  attrs_s Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  attrs_i Map(LowCardinality(String), Int64) CODEC(ZSTD(3)),
  attrs_d Map(LowCardinality(String), Float64) CODEC(ZSTD(3)),
  attrs_b Map(LowCardinality(String), Bool) CODEC(ZSTD(1)),
  dropped_attrs UInt32 CODEC(ZSTD(1)),
  flags UInt32 CODEC(ZSTD(1)),
  resource_id UInt64 CODEC(ZSTD(1)),
  scope_id UInt64 CODEC(ZSTD(1)),
  INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX ix_severity severity TYPE set(25) GRANULARITY 1`,
  engine: "MergeTree",
  partitionBy: "toDate(tb)",
  orderBy: "(tb, service, ts)",
  // Those of no trace would otherwise all be on one shard.
  shardBy: "if(trace_id = toFixedString('', 16), cityHash64(ts, seq), cityHash64(trace_id))",
};

/**
 * Ids repeat within a trace, whose spans lie in some granules of a bucket: one compressed block for
 * several granules finds the repetitions.
 */
const COMPRESS_IDS_TOGETHER: SchemaChange = {
  alter: "spans",
  action: `MODIFY COLUMN trace_id CODEC(ZSTD(1))
  SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576),
MODIFY COLUMN parent_id CODEC(ZSTD(3))
  SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576)`,
  concerns: "rows",
};

/** Lengths apart from texts, as this engine would keep them, cost 4 bytes more for each span. */
const LENGTHS_BEFORE_TEXTS: SchemaChange = {
  alter: "spans",
  action: "MODIFY SETTING string_serialization_version = 'single_stream'",
  concerns: "rows",
  onlyEmbedded: true,
};

/** Services and span names of what is stored already; keys and values are listed from now on. */
const OPERATIONS_SO_FAR: FillDescription = {
  to: "operations",
  columns: ["tb", "service", "name", "kind", "span_count", "error_count", "last_start"],
  from: "spans",
  query: (source) => `
SELECT
  toStartOfHour(tb) AS hour, service, name, kind, count(), countIf(status = 2),
  max(reinterpretAsUInt64(toUnixTimestamp64Nano(ts)))
FROM ${source}
GROUP BY hour, service, name, kind`,
  token: "schema 3: operations so far",
};

/**
 * An attribute that equals something may be an array that holds it. Without this index that "or"
 * would make the index of the values useless, because the elements of arrays are in no index.
 */
const ARRAY_INDEX =
  `ix_array arrayExists(x -> startsWith(x, '\\x01x{"arrayValue"'), mapValues(attrs_s)) ` +
  "TYPE minmax GRANULARITY 1";

/**
 * One granule in four hundred that has no such value is read all the same, where it was one in a
 * hundred: at ten million spans that was most of what was read for a value of one trace.
 */
const VALUE_INDEX = "ix_value mapValues(attrs_s) TYPE bloom_filter(0.0025) GRANULARITY 1";

/** Times differ in few of their bits: a tenth less than as bytes, which pays for the index. */
const TIMES_BY_BITS: readonly SchemaChange[] = [
  {
    alter: "spans",
    action: "MODIFY COLUMN ts CODEC(Delta(8), T64('bit'), ZSTD(1))",
    concerns: "rows",
    onlyEmbedded: true,
  },
  {
    alter: "spans",
    action: "MODIFY COLUMN `events.ts` CODEC(T64('bit'), ZSTD(1))",
    concerns: "rows",
    onlyEmbedded: true,
  },
];

/** All steps up to the present schema. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: "spans, resources, scopes and trace summaries",
    changes: [
      { create: SPANS },
      { create: RESOURCES },
      { create: SCOPES },
      { create: TRACE_SUMMARIES },
      { createView: TRACE_SUMMARIES_FEED },
    ],
  },
  { number: 2, name: "log records", changes: [{ create: LOGS }] },
  {
    number: 3,
    name: "catalogue, durations and calls; smaller spans",
    changes: [
      COMPRESS_IDS_TOGETHER,
      LENGTHS_BEFORE_TEXTS,
      { create: OPERATIONS },
      { fill: OPERATIONS_SO_FAR },
      { create: ATTRIBUTE_KEYS },
      { create: ATTRIBUTE_VALUES },
      { create: OPERATION_MINUTES },
      { create: SERVICE_EDGES },
      { create: DERIVED_MINUTES },
    ],
  },
  {
    number: 4,
    name: "an index of the granules that have attributes with arrays",
    changes: [
      { alter: "spans", action: `ADD INDEX IF NOT EXISTS ${ARRAY_INDEX}`, concerns: "rows" },
      { alter: "spans", action: "MATERIALIZE INDEX ix_array", concerns: "rows" },
    ],
  },
  {
    number: 5,
    name: "calls between services by ten minutes and by hours",
    changes: [{ create: SERVICE_EDGE_PERIODS }, { create: DERIVED_PERIODS }],
  },
  {
    number: 6,
    name: "a sharper index of values, smaller times",
    changes: [
      ...TIMES_BY_BITS,
      { alter: "spans", action: "DROP INDEX IF EXISTS ix_text", concerns: "rows" },
      { alter: "spans", action: `ADD INDEX IF NOT EXISTS ${VALUE_INDEX}`, concerns: "rows" },
      { alter: "spans", action: "MATERIALIZE INDEX ix_value", concerns: "rows" },
    ],
  },
];
