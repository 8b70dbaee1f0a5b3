CREATE DATABASE IF NOT EXISTS `traces` ON CLUSTER `prod-1`;

CREATE TABLE IF NOT EXISTS `traces`.`spans_local` ON CLUSTER `prod-1` (
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
  INDEX ix_status status TYPE set(3) GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/traces/spans_local', '{replica}')
PARTITION BY toDate(tb)
ORDER BY (tb, service, name, ts)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`spans` ON CLUSTER `prod-1`
AS `traces`.`spans_local`
ENGINE = Distributed('prod-1', 'traces', 'spans_local', cityHash64(trace_id));

CREATE TABLE IF NOT EXISTS `traces`.`resources_local` ON CLUSTER `prod-1` (
  id UInt64,
  attrs Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  dropped_attrs UInt32,
  schema_url String,
  entity_refs String CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/resources_local', '{replica}')
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`resources` ON CLUSTER `prod-1`
AS `traces`.`resources_local`
ENGINE = Distributed('prod-1', 'traces', 'resources_local', id);

CREATE TABLE IF NOT EXISTS `traces`.`scopes_local` ON CLUSTER `prod-1` (
  id UInt64,
  name String,
  version String,
  attrs Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  dropped_attrs UInt32,
  schema_url String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/scopes_local', '{replica}')
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`scopes` ON CLUSTER `prod-1`
AS `traces`.`scopes_local`
ENGINE = Distributed('prod-1', 'traces', 'scopes_local', id);

CREATE TABLE IF NOT EXISTS `traces`.`trace_summaries_local` ON CLUSTER `prod-1` (
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
  INDEX ix_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/traces/trace_summaries_local', '{replica}')
PARTITION BY toDate(tb)
ORDER BY (tb, trace_id)
SETTINGS index_granularity = 2048, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`trace_summaries` ON CLUSTER `prod-1`
AS `traces`.`trace_summaries_local`
ENGINE = Distributed('prod-1', 'traces', 'trace_summaries_local', cityHash64(trace_id));

CREATE MATERIALIZED VIEW IF NOT EXISTS `traces`.`trace_summaries_feed` ON CLUSTER `prod-1`
TO `traces`.`trace_summaries_local` AS
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
FROM `traces`.`spans_local`
GROUP BY tb, trace_id;

CREATE TABLE IF NOT EXISTS `traces`.`logs_local` ON CLUSTER `prod-1` (
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
  INDEX ix_severity severity TYPE set(25) GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/traces/logs_local', '{replica}')
PARTITION BY toDate(tb)
ORDER BY (tb, service, ts)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`logs` ON CLUSTER `prod-1`
AS `traces`.`logs_local`
ENGINE = Distributed('prod-1', 'traces', 'logs_local', if(trace_id = toFixedString('', 16), cityHash64(ts, seq), cityHash64(trace_id)));

ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`
MODIFY COLUMN trace_id CODEC(ZSTD(1))
  SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576),
MODIFY COLUMN parent_id CODEC(ZSTD(3))
  SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576);

CREATE TABLE IF NOT EXISTS `traces`.`operations_local` ON CLUSTER `prod-1` (
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  name LowCardinality(String) CODEC(ZSTD(1)),
  kind UInt8 CODEC(ZSTD(1)),
  span_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  error_count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  last_start SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/traces/operations_local', '{replica}')
PARTITION BY toDate(tb)
ORDER BY (tb, service, name, kind)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`operations` ON CLUSTER `prod-1`
AS `traces`.`operations_local`
ENGINE = Distributed('prod-1', 'traces', 'operations_local', cityHash64(service));

CREATE TABLE IF NOT EXISTS `traces`.`attribute_keys_local` ON CLUSTER `prod-1` (
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  scope UInt8 CODEC(ZSTD(1)),
  key LowCardinality(String) CODEC(ZSTD(1)),
  type LowCardinality(String) CODEC(ZSTD(1)),
  count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  capped SimpleAggregateFunction(max, UInt8) CODEC(ZSTD(1))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/traces/attribute_keys_local', '{replica}')
PARTITION BY toDate(tb)
ORDER BY (scope, key, type, tb)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`attribute_keys` ON CLUSTER `prod-1`
AS `traces`.`attribute_keys_local`
ENGINE = Distributed('prod-1', 'traces', 'attribute_keys_local', cityHash64(key));

CREATE TABLE IF NOT EXISTS `traces`.`attribute_values_local` ON CLUSTER `prod-1` (
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  scope UInt8 CODEC(ZSTD(1)),
  key LowCardinality(String) CODEC(ZSTD(1)),
  value String CODEC(ZSTD(1)),
  count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/traces/attribute_values_local', '{replica}')
PARTITION BY toDate(tb)
ORDER BY (scope, key, value, tb)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`attribute_values` ON CLUSTER `prod-1`
AS `traces`.`attribute_values_local`
ENGINE = Distributed('prod-1', 'traces', 'attribute_values_local', cityHash64(key));

CREATE TABLE IF NOT EXISTS `traces`.`operation_minutes_local` ON CLUSTER `prod-1` (
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  name LowCardinality(String) CODEC(ZSTD(1)),
  kind UInt8 CODEC(ZSTD(1)),
  span_count UInt64 CODEC(T64, ZSTD(1)),
  error_count UInt64 CODEC(T64, ZSTD(1)),
  durations Map(UInt16, UInt64) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/operation_minutes_local', '{replica}', run)
PARTITION BY toDate(tb)
ORDER BY (service, name, kind, tb)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`operation_minutes` ON CLUSTER `prod-1`
AS `traces`.`operation_minutes_local`
ENGINE = Distributed('prod-1', 'traces', 'operation_minutes_local', toUInt32(tb));

CREATE TABLE IF NOT EXISTS `traces`.`service_edges_local` ON CLUSTER `prod-1` (
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  caller LowCardinality(String) CODEC(ZSTD(1)),
  callee String CODEC(ZSTD(1)),
  callee_type LowCardinality(String) CODEC(ZSTD(1)),
  call_count UInt64 CODEC(T64, ZSTD(1)),
  error_count UInt64 CODEC(T64, ZSTD(1)),
  durations Map(UInt16, UInt64) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/service_edges_local', '{replica}', run)
PARTITION BY toDate(tb)
ORDER BY (tb, caller, callee_type, callee)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`service_edges` ON CLUSTER `prod-1`
AS `traces`.`service_edges_local`
ENGINE = Distributed('prod-1', 'traces', 'service_edges_local', toUInt32(tb));

CREATE TABLE IF NOT EXISTS `traces`.`derived_minutes_local` ON CLUSTER `prod-1` (
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  span_count UInt64 CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/derived_minutes_local', '{replica}', run)
PARTITION BY toDate(tb)
ORDER BY tb
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`derived_minutes` ON CLUSTER `prod-1`
AS `traces`.`derived_minutes_local`
ENGINE = Distributed('prod-1', 'traces', 'derived_minutes_local', toUInt32(tb));

ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`
ADD INDEX IF NOT EXISTS ix_array arrayExists(x -> startsWith(x, '\x01x{"arrayValue"'), mapValues(attrs_s)) TYPE minmax GRANULARITY 1;

ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`
MATERIALIZE INDEX ix_array;

CREATE TABLE IF NOT EXISTS `traces`.`service_edge_periods_local` ON CLUSTER `prod-1` (
  seconds UInt32 CODEC(ZSTD(1)),
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  caller LowCardinality(String) CODEC(ZSTD(1)),
  callee String CODEC(ZSTD(1)),
  callee_type LowCardinality(String) CODEC(ZSTD(1)),
  call_count UInt64 CODEC(T64, ZSTD(1)),
  error_count UInt64 CODEC(T64, ZSTD(1)),
  durations Map(UInt16, UInt64) CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/service_edge_periods_local', '{replica}', run)
PARTITION BY toDate(tb)
ORDER BY (seconds, tb, caller, callee_type, callee)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`service_edge_periods` ON CLUSTER `prod-1`
AS `traces`.`service_edge_periods_local`
ENGINE = Distributed('prod-1', 'traces', 'service_edge_periods_local', toUInt32(tb));

CREATE TABLE IF NOT EXISTS `traces`.`derived_periods_local` ON CLUSTER `prod-1` (
  seconds UInt32 CODEC(ZSTD(1)),
  tb DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  run UInt64 CODEC(ZSTD(1)),
  minute_runs UInt64 CODEC(ZSTD(1))
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/traces/derived_periods_local', '{replica}', run)
PARTITION BY toDate(tb)
ORDER BY (seconds, tb)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000;

CREATE TABLE IF NOT EXISTS `traces`.`derived_periods` ON CLUSTER `prod-1`
AS `traces`.`derived_periods_local`
ENGINE = Distributed('prod-1', 'traces', 'derived_periods_local', toUInt32(tb));

ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`
DROP INDEX IF EXISTS ix_text;

ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`
ADD INDEX IF NOT EXISTS ix_value mapValues(attrs_s) TYPE bloom_filter(0.0025) GRANULARITY 1;

ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`
MATERIALIZE INDEX ix_value;
