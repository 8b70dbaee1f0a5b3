import type { ClickHouseClient } from "@clickhouse/client";
import {
  isSpanKind,
  isStatusCode,
  type Span,
  type SpanEvent,
  SpanKind,
  type SpanLink,
  StatusCode,
} from "@spoor/trace";

import { SHARED_ID_SPANS_MAX } from "../base/limits.ts";
import type { SpanRead, TraceRead } from "../port/trace-store.ts";
import { attributesOf, type DimensionReader, type TextPair } from "./dimension-reader.ts";
import { runQuery } from "./run-query.ts";
import { type BoolPair, type DoublePair, typedAttributes } from "./typed-attributes.ts";

/**
 * The buckets in which the trace has spans come from the summaries, which are far fewer
 * rows and indexed by trace id; they lead the sorting key of the spans.
 */
const selectSpans = (condition: string): string => `
SELECT
  lower(hex(span_id)), lower(hex(parent_id)),
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS start, dur,
  name, kind, status, status_msg, trace_state, flags, toString(resource_id), toString(scope_id),
  attrs_s, attrs_i, attrs_d, attrs_b, dropped_attrs,
  arrayMap(t -> reinterpretAsUInt64(toUnixTimestamp64Nano(t)), events.ts),
  events.name, events.attrs, events.dropped, dropped_events,
  arrayMap(id -> lower(hex(id)), links.trace_id), arrayMap(id -> lower(hex(id)), links.span_id),
  links.trace_state, links.flags, links.attrs, links.dropped, dropped_links
FROM spans
WHERE trace_id = unhex({traceId:String})
  AND tb IN (SELECT tb FROM trace_summaries WHERE trace_id = unhex({traceId:String}))
  ${condition}
ORDER BY start, span_id
LIMIT {limit:UInt64}`;

const SELECT_SPANS = selectSpans("");
const SELECT_SPANS_BY_ID = selectSpans(
  "AND span_id IN (SELECT toFixedString(unhex(arrayJoin({spanIds:Array(String)})), 8))",
);

type SpanRow = [
  spanId: string,
  parentId: string,
  start: string,
  duration: string,
  name: string,
  kind: number,
  status: number,
  statusMessage: string,
  traceState: string,
  flags: number,
  resourceId: string,
  scopeId: string,
  texts: TextPair[],
  ints: TextPair[],
  doubles: DoublePair[],
  bools: BoolPair[],
  droppedAttributes: number,
  eventTimes: string[],
  eventNames: string[],
  eventAttributes: TextPair[][],
  eventsDropped: number[],
  droppedEvents: number,
  linkTraceIds: string[],
  linkSpanIds: string[],
  linkTraceStates: string[],
  linkFlags: number[],
  linkAttributes: TextPair[][],
  linksDropped: number[],
  droppedLinks: number,
];

/** All spans of a trace; undefined when there is none. */
export async function readTrace(
  client: ClickHouseClient,
  dimensions: DimensionReader,
  options: { readonly traceId: string; readonly spanLimit: number },
): Promise<TraceRead | undefined> {
  const { traceId, spanLimit } = options;
  const parameters = { traceId, limit: spanLimit + 1 };
  const result = await runQuery<SpanRow>(client, "read a trace", SELECT_SPANS, parameters);
  if (result.rows.length === 0) return undefined;
  const rows = result.rows.slice(0, spanLimit);
  const dimensionRows = await dimensions.load(client, {
    resources: rows.map((row) => row[10]),
    scopes: rows.map((row) => row[11]),
  });
  return {
    trace: { traceId, spans: rows.map((row) => spanOf(row, traceId, dimensions)) },
    hasMore: result.rows.length > spanLimit,
    scannedRows: result.scannedRows + dimensionRows,
  };
}

/** Those spans of a trace that have one of the given ids. */
export async function readSpans(
  client: ClickHouseClient,
  dimensions: DimensionReader,
  options: { readonly traceId: string; readonly spanIds: readonly string[] },
): Promise<SpanRead> {
  const { traceId, spanIds } = options;
  if (spanIds.length === 0) return { spans: [], scannedRows: 0 };
  // Several spans may have one id; nobody looks at more of them than this.
  const parameters = { traceId, spanIds, limit: spanIds.length + SHARED_ID_SPANS_MAX };
  const verb = "read spans";
  const result = await runQuery<SpanRow>(client, verb, SELECT_SPANS_BY_ID, parameters);
  const dimensionRows = await dimensions.load(client, {
    resources: result.rows.map((row) => row[10]),
    scopes: result.rows.map((row) => row[11]),
  });
  return {
    spans: result.rows.map((row) => spanOf(row, traceId, dimensions)),
    scannedRows: result.scannedRows + dimensionRows,
  };
}

function spanOf(row: SpanRow, traceId: string, dimensions: DimensionReader): Span {
  const [spanId, parentId, start, duration, name, kind, status, message, traceState, flags] = row;
  const startTimeUnixNano = BigInt(start);
  return {
    traceId,
    spanId,
    parentSpanId: parentId === NO_PARENT ? "" : parentId,
    traceState,
    flags,
    name,
    kind: isSpanKind(kind) ? kind : SpanKind.unspecified,
    startTimeUnixNano,
    endTimeUnixNano: BigInt.asUintN(64, startTimeUnixNano + BigInt(duration)),
    status: { code: isStatusCode(status) ? status : StatusCode.unset, message },
    attributes: typedAttributes(row[12], row[13], row[14], row[15]),
    droppedAttributesCount: row[16],
    events: eventsOf(row),
    droppedEventsCount: row[21],
    links: linksOf(row),
    droppedLinksCount: row[28],
    resource: dimensions.resource(row[10]),
    scope: dimensions.scope(row[11]),
  };
}

const NO_PARENT = "0000000000000000";

function eventsOf(row: SpanRow): SpanEvent[] {
  return row[17].map((time, index) => ({
    timeUnixNano: BigInt(time),
    name: row[18][index] ?? "",
    attributes: attributesOf(row[19][index] ?? []),
    droppedAttributesCount: row[20][index] ?? 0,
  }));
}

function linksOf(row: SpanRow): SpanLink[] {
  return row[22].map((traceId, index) => ({
    traceId,
    spanId: row[23][index] ?? "",
    traceState: row[24][index] ?? "",
    flags: row[25][index] ?? 0,
    attributes: attributesOf(row[26][index] ?? []),
    droppedAttributesCount: row[27][index] ?? 0,
  }));
}
