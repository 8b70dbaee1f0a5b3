/** The words and the reasoning of Spoor: spans, traces, and what can be concluded from them. */
export { buildSkeleton } from "./analysis/build-skeleton.ts";
export {
  comparePlaces,
  comparisonSentence,
  type PlaceChange,
  type PlaceDifference,
} from "./analysis/compare.ts";
export {
  criticalNanoOfRows,
  criticalPath,
  type PathStep,
  type TakeStep,
  walkCriticalPath,
} from "./analysis/critical-path.ts";
export {
  type MergeableTrace,
  type MergedNode,
  type MergedPart,
  mergeTraces,
} from "./analysis/merge-traces.ts";
export { type ClockOffset, clockOffsets } from "./analysis/clock-offsets.ts";
export {
  type MissingCallee,
  missingCallees,
  type SamplingDifference,
  samplingDifferences,
} from "./analysis/sampling-differences.ts";
export {
  inconsistencies,
  type Inconsistencies,
  type Inconsistency,
} from "./analysis/consistency-words.ts";
export { type TraceFault, traceFaults } from "./analysis/trace-faults.ts";
export {
  type LostParentFacts,
  type LostParentReason,
  lostParentReasons,
  type LostParentRule,
  type SpanFinding,
  type SpansLost,
} from "./analysis/lost-parents.ts";
export { appendOpenOutlines } from "./analysis/open-outlines.ts";
export {
  type HolderLines,
  type KeptWait,
  keptWait,
  keptWaitLines,
  type WaitLines,
  waitLines,
} from "./analysis/wait-lines.ts";
export {
  deepestOpenSpan,
  type Inflight,
  inflight,
  type InflightGroup,
  type InflightHolder,
  type InflightOptions,
  type InflightRequest,
  instancesSentence,
  openSpanSentence,
  openSpanWait,
  type OpenSpanName,
  type RunningRequest,
  type RunningRequests,
} from "./analysis/inflight.ts";
export { type ServiceShare, serviceShares } from "./analysis/service-share.ts";
export { selfNanoOfRows } from "./analysis/self-time.ts";
export {
  criticalTimes,
  SLOW_MARK_COUNT_MAX,
  SLOW_SHARE_MIN,
  longestRootNano,
  type SlowMark,
  slowMarks,
  type SlowRow,
  slowRows,
} from "./analysis/slow.ts";
export {
  childRows,
  isErrorRow,
  kindOfRow,
  rootRows,
  rowsOfSkeleton,
  rowsOfTree,
  type TraceRows,
} from "./analysis/trace-rows.ts";
export {
  buildTree,
  nodeDurationNano,
  type NodePlace,
  orphanCount,
  type TraceTree,
  treeDurationNano,
  type TreeNode,
  type TreeProblem,
} from "./analysis/tree.ts";
export {
  type RowFacts,
  rowFacts,
  type Running,
  type RowVerdict,
  type RowWords,
  traceVerdict,
  type Verdict,
  type VerdictGround,
  type VerdictOptions,
  verdictOfRows,
} from "./analysis/verdict.ts";
export { type Clock, ManualClock, systemClock } from "./base/clock.ts";
export { type Deferred, deferred } from "./base/deferred.ts";
export { formatBytes } from "./base/bytes.ts";
export { formatDuration, parseElapsedTime } from "./base/duration.ts";
export { invariant, InvariantError } from "./base/invariant.ts";
export { nearest } from "./base/nearest.ts";
export { errorCode, errorMessage, SpoorError, type SpoorErrorOptions } from "./base/spoor-error.ts";
export { bytesToHex, hexToBytes } from "./identity/hex.ts";
export { isSpanId, isTraceId, SPAN_ID_BYTES, TRACE_ID_BYTES } from "./identity/ids.ts";
export {
  parseTraceReference,
  TRACE_ID_PREFIX_DIGITS_MIN,
  type TraceReference,
} from "./identity/trace-reference.ts";
export { LogBatch, type LogBatchMark } from "./log/log-batch.ts";
export { appendLogRecord } from "./log/log-batch-builder.ts";
export { type LogRecord, logRecordTimeUnixNano } from "./log/log-record.ts";
export {
  fromLogRecordListDocument,
  type LogRecordDocument,
  type LogRecordListDocument,
  toLogRecordDocument,
  toLogRecordListDocument,
} from "./log/log-record-document.ts";
export { logRecordAt, logRecordsOf } from "./log/log-rows.ts";
export {
  isSeverityNumber,
  SEVERITY_NAMES,
  SEVERITY_NUMBER_MAX,
  severityName,
  type SeverityName,
  severityNumberOf,
} from "./log/severity.ts";
export { DECODE_LIMITS, type DecodeLimits } from "./loss/decode-limits.ts";
export { type LossEntry, LossLedger } from "./loss/ledger.ts";
export { LOSS_REASONS, type LossReason } from "./loss/reasons.ts";
export {
  MISSED_REPORTS_MAX,
  NEXT_MS_MAX,
  OPEN_SPANS_LISTED_MAX,
  OVERDUE_MS,
  QUIET_REPORT_DELAY_MS,
  REPORT_DELAY_MS_MAX,
  reportDelayMs,
} from "./report/limits.ts";
export { type MalformedReport, readReport, type ReportSource } from "./report/read-report.ts";
export {
  type OpenSpan,
  type OpenSpanSource,
  type OpenSpanState,
  type ReportingInstance,
  withOpenSpans,
} from "./report/open-span.ts";
export type { SenderName } from "./report/sender-name.ts";
export {
  type FindingReport,
  type FindingSeverity,
  type LossReport,
  type OpenSpanRef,
  type OpenSpanReport,
  type Report,
  REPORT_EVENT_NAMES,
  type ReportOrigin,
  type SnapshotReport,
} from "./report/report.ts";
export { type ReportRecord, type ReportWords, toReportRecord } from "./report/report-record.ts";
export { httpStatusText } from "./semconv/http-status.ts";
export {
  FINDING_KEY_PREFIX,
  keys,
  LOSS_KEY_PREFIX,
  WAIT_EVENT_NAME,
  WAIT_KEY_PREFIX,
} from "./semconv/keys.ts";
export {
  type Cut,
  cutOf,
  cutText,
  cutValue,
  utf8CutLength,
  withCutMarks,
} from "./semconv/truncated.ts";
export { type Peer, PEER_KEYS, peerOf } from "./semconv/peer.ts";
export { errorText, httpStatusCode, serviceName, UNKNOWN_SERVICE } from "./semconv/read.ts";
export { SERVICE_HUE_COUNT, serviceHue } from "./semconv/service-hue.ts";
export { databaseStatement, spanTitle } from "./semconv/title.ts";
export { outlineOfSpan } from "./skeleton/outline-of-span.ts";
export {
  type ArrivingSkeleton,
  encodeSkeleton,
  SKELETON_MEDIA_TYPE,
  SkeletonReader,
} from "./skeleton/skeleton-frames.ts";
export {
  OUTLINE_KIND_SHIFT,
  OutlineFlag,
  type SpanOutline,
  SpanOutlines,
} from "./skeleton/span-outlines.ts";
export {
  RowFlag,
  skeletonShape,
  skeletonSpanId,
  type TraceSkeleton,
} from "./skeleton/trace-skeleton.ts";
export {
  type AnyValue,
  fromAnyValue,
  fromKeyValues,
  type KeyValue,
  toAnyValue,
  toKeyValues,
} from "./span/any-value.ts";
export {
  AttributeColumns,
  AttributeType,
  type AttributeValues,
  ValueHeap,
} from "./span/attribute-columns.ts";
export {
  type Attributes,
  attributeText,
  type AttributeValue,
  base64,
  bytesOfBase64,
  NO_ATTRIBUTES,
} from "./span/attributes.ts";
export {
  isSpanKind,
  SpanKind,
  SPAN_KIND_NAMES,
  spanKindName,
  type SpanKindName,
} from "./span/kind.ts";
export type {
  EntityRef,
  InstrumentationScope,
  Resource,
  ResourceDocument,
  ScopeDocument,
} from "./span/resource.ts";
export {
  type Span,
  spanDurationNano,
  type SpanEvent,
  type SpanLink,
  type Trace,
  type TraceSummary,
} from "./span/span.ts";
export { type BatchMark, EventColumns, LinkColumns, SpanBatch } from "./span/span-batch.ts";
export { appendSpan, spanBatchOf } from "./span/span-batch-builder.ts";
export { NO_RESOURCE, NO_SCOPE, plainResource, plainScope, plainSpan } from "./span/plain-span.ts";
export { attributeAt, spanAt, spansOf } from "./span/span-rows.ts";
export { isStatusCode, type SpanStatus, StatusCode, statusCodeName } from "./span/status.ts";
export { StringTable, viewOf } from "./span/string-table.ts";
export {
  fromResourceDocument,
  fromScopeDocument,
  fromSummaryDocument,
  fromTraceDocument,
  type EventDocument,
  type LinkDocument,
  type SpanDocument,
  toResourceDocument,
  toScopeDocument,
  toSpanDocument,
  toSummaryDocument,
  toTraceDocument,
  type TraceDocument,
  type TraceSummaryDocument,
} from "./span/trace-document.ts";
export { waitFromAttributes, waitToAttributes } from "./wait/wait-attributes.ts";
export { isWaitKind, WAIT_KINDS, type WaitKind } from "./wait/wait-kind.ts";
export {
  type Certainty,
  type HolderRole,
  type HolderSession,
  type HolderSpan,
  type Instrumentation,
  NO_COST,
  type ProcessIdentity,
  RESOURCE_KINDS,
  type ResourceKind,
  unknownWait,
  type WaitCost,
  type WaitEvidence,
  type WaitHolder,
  type WaitingSession,
  type WaitQueue,
  type WaitRemedy,
  type WaitReport,
  type WaitResource,
} from "./wait/wait-report.ts";
export { holderText, resourceText, waitSentence, type WaitTelling } from "./wait/wait-sentence.ts";
export type {
  Finding,
  FindingsAnswer,
  InflightAnswer,
  OpenSpansOfTrace,
} from "./answer/inflight-answer.ts";
export type {
  LargeTrace,
  LossAnswer,
  LossLine,
  RequestAccount,
  SenderAccount,
  SpanAccount,
  SpoolBacklog,
  SenderLoss,
} from "./answer/loss-answer.ts";
export type {
  ClientMistake,
  Coverage,
  CoverageCap,
  ListenerStatus,
  LogRecordsAnswer,
  ProblemDocument,
  QueryProblem,
  ReceivedStatus,
  SkeletonEnd,
  SpansAnswer,
  SpansRequest,
  StatusAnswer,
  StoreStatus,
  TraceAnswer,
  TraceListAnswer,
  TraceStreamEvent,
} from "./answer/answers.ts";
export type {
  AttributeKeyDocument,
  AttributeKeysAnswer,
  AttributeValueDocument,
  AttributeValuesAnswer,
  BaselineAnswer,
  CompletionAnswer,
  CompletionItem,
  ServiceDocument,
  ServiceEdgeDocument,
  ServiceMapAnswer,
  ServicesAnswer,
  SpanNameDocument,
  SpanNamesAnswer,
} from "./answer/catalogue-answer.ts";
export type {
  ComparedPart,
  ComparedPlace,
  ComparedTrace,
  ComparisonAnswer,
} from "./answer/comparison-answer.ts";
export { LOST_PARENTS_MAX, type LostParentsAnswer } from "./answer/lost-parents-answer.ts";
export type { ConsistencyAnswer } from "./answer/consistency-answer.ts";
export type {
  AskedInterval,
  AskedQuery,
  DifferenceAnswer,
  DifferenceBox,
  DifferenceRequest,
  DifferenceSide,
  ExemplarDocument,
  FieldLabel,
  FieldValue,
  FoundGroupDocument,
  FoundSpanDocument,
  FoundTraceDocument,
  GroupsAnswer,
  HeatmapAnswer,
  HeatmapCell,
  KeyDifference,
  LogSearchAnswer,
  QueryRangeAnswer,
  SeriesDocument,
  SpanGroupDocument,
  TailEvent,
  TraceSearchAnswer,
  ValueDifference,
} from "./answer/search-answer.ts";
