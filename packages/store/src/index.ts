/** The TraceStore port, and ClickHouse and memory behind it. */
export {
  ATTRIBUTE_SCOPES,
  type AttributeScope,
  type AttributeTypeName,
} from "./base/attribute-scope.ts";
export {
  type DurationHistogram,
  durationQuantileNano,
  shorterShare,
} from "./base/duration-histogram.ts";
export { STORE_ERROR_CODES, type StoreErrorCode } from "./base/error-codes.ts";
export type { RetentionPolicy, RetentionReport } from "./base/retention-policy.ts";
export type { StoreEvent, StoreEventListener } from "./base/store-event.ts";
export {
  type BlockStore,
  type EmbeddedStoreOptions,
  openEmbeddedStore,
} from "./clickhouse/clickhouse-store.ts";
export { type ServerStoreOptions, openClickHouseStore } from "./clickhouse/server-store.ts";
export { type DataLock, lockDataPath } from "./engine/data-lock.ts";
export type { LogList, LogQuery } from "./port/log-search.ts";
export { type MemoryStoreOptions, openMemoryStore } from "./memory/memory-store.ts";
export type {
  AttributeKeyEntry,
  AttributeKeyQuery,
  AttributeValueEntry,
  AttributeValueQuery,
  CalleeType,
  CappedList,
  CatalogueQuery,
  OperationQuery,
  OperationStats,
  ServiceEdge,
  ServiceEdgeList,
  ServiceEdgeQuery,
  ServiceEntry,
  SpanNameEntry,
  SpanNameQuery,
  TimeRange,
} from "./port/catalogue.ts";
export type {
  LogRead,
  ReadCost,
  TraceList,
  TraceQuery,
  TraceRead,
  TraceStore,
} from "./port/trace-store.ts";
export {
  type FoundGroup,
  foundTrace,
  type FoundTrace,
  isInside,
  type MatchedSpan,
  type RangeAnswer,
  type RangeRequest,
  type SearchAnswer,
  type SearchRequest,
  type SearchSort,
} from "./port/search.ts";
export { joinPresent, type PresentTraces } from "./port/join-present.ts";
export { summarizeSpans } from "./memory/summarize-spans.ts";
export type { Replication } from "./schema/table-ddl.ts";
