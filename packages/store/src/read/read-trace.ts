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
import {
  arrayOf,
  BOOL,
  FLOAT64,
  hexOf,
  INT64,
  KEYED_TEXT,
  mapOf,
  TEXT,
  TIME,
  UINT32,
  UINT64,
  UINT8,
} from "./column-type.ts";
import { attributesOf, type DimensionReader } from "./dimension-reader.ts";
import { NativeBlockReader } from "./native-block-reader.ts";
import { runNativeQuery } from "./run-query.ts";
import { typedAttributes } from "./typed-attributes.ts";

/**
 * The buckets in which the trace has spans come from the summaries, which are far fewer
 * rows and indexed by trace id; they lead the sorting key of the spans.
 *
 * Columns as they are, and their bytes decoded here: each function in the list would cost
 * ClickHouse more to analyse than to compute for the spans of most traces.
 */
const selectSpans = (condition: string): string => `
SELECT
  span_id, parent_id, ts, dur, name, kind, status, status_msg, trace_state, flags,
  resource_id, scope_id, attrs_s, attrs_i, attrs_d, attrs_b, dropped_attrs,
  events.ts, events.name, events.attrs, events.dropped, dropped_events,
  links.trace_id, links.span_id, links.trace_state, links.flags, links.attrs, links.dropped,
  dropped_links
FROM spans
WHERE trace_id = unhex({traceId:String})
  AND tb IN (SELECT tb FROM trace_summaries WHERE trace_id = unhex({traceId:String}))
  ${condition}
ORDER BY reinterpretAsUInt64(toUnixTimestamp64Nano(ts)), span_id
LIMIT {limit:UInt64}`;

const SELECT_SPANS = selectSpans("");
const SELECT_SPANS_BY_ID = selectSpans(
  "AND span_id IN (SELECT toFixedString(unhex(arrayJoin({spanIds:Array(String)})), 8))",
);

const COLUMN_COUNT = 29;

const SPAN_ID = hexOf(8);
const TRACE_ID = hexOf(16);
const TEXTS = mapOf(TEXT);
const INTS = mapOf(INT64);
const DOUBLES = mapOf(FLOAT64);
const BOOLS = mapOf(BOOL);

type SpanColumns = ReturnType<typeof readColumns>;

/** The columns of a block of `selectSpans`, in its order. */
function readColumns(block: NativeBlockReader) {
  return {
    rowCount: block.rowCount,
    spanId: block.column(SPAN_ID),
    parentSpanId: block.column(SPAN_ID),
    start: block.column(TIME),
    duration: block.column(INT64),
    name: block.column(KEYED_TEXT),
    kind: block.column(UINT8),
    status: block.column(UINT8),
    statusMessage: block.column(KEYED_TEXT),
    traceState: block.column(KEYED_TEXT),
    flags: block.column(UINT32),
    resourceId: block.column(UINT64),
    scopeId: block.column(UINT64),
    texts: block.column(TEXTS),
    ints: block.column(INTS),
    doubles: block.column(DOUBLES),
    bools: block.column(BOOLS),
    droppedAttributes: block.column(UINT32),
    eventTimes: block.column(arrayOf(TIME)),
    eventNames: block.column(arrayOf(KEYED_TEXT)),
    eventAttributes: block.column(arrayOf(TEXTS)),
    eventsDropped: block.column(arrayOf(UINT32)),
    droppedEvents: block.column(UINT32),
    linkTraceIds: block.column(arrayOf(TRACE_ID)),
    linkSpanIds: block.column(arrayOf(SPAN_ID)),
    linkTraceStates: block.column(arrayOf(TEXT)),
    linkFlags: block.column(arrayOf(UINT32)),
    linkAttributes: block.column(arrayOf(TEXTS)),
    linksDropped: block.column(arrayOf(UINT32)),
    droppedLinks: block.column(UINT32),
  };
}

/** All spans of a trace; undefined when there is none. */
export async function readTrace(
  client: ClickHouseClient,
  dimensions: DimensionReader,
  options: { readonly traceId: string; readonly spanLimit: number },
): Promise<TraceRead | undefined> {
  const { traceId, spanLimit } = options;
  const parameters = { traceId, limit: spanLimit + 1 };
  const { spans, scannedRows } = await selectedSpans(client, dimensions, {
    verb: "read a trace",
    query: SELECT_SPANS,
    parameters,
  });
  if (spans.length === 0) return undefined;
  const hasMore = spans.length > spanLimit;
  return { trace: { traceId, spans: spans.slice(0, spanLimit) }, hasMore, scannedRows };
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
  return await selectedSpans(client, dimensions, {
    verb: "read spans",
    query: SELECT_SPANS_BY_ID,
    parameters,
  });
}

async function selectedSpans(
  client: ClickHouseClient,
  dimensions: DimensionReader,
  asked: {
    readonly verb: string;
    readonly query: string;
    readonly parameters: Readonly<Record<string, unknown>> & { readonly traceId: string };
  },
): Promise<SpanRead> {
  const { verb, query, parameters } = asked;
  const { bytes, scannedRows } = await runNativeQuery(client, verb, query, parameters);
  const reader = new NativeBlockReader(bytes);
  const blocks: SpanColumns[] = [];
  while (reader.nextBlock(COLUMN_COUNT)) blocks.push(readColumns(reader));
  const dimensionRows = await dimensions.load(client, {
    resources: distinct(blocks.map(({ resourceId }) => resourceId)),
    scopes: distinct(blocks.map(({ scopeId }) => scopeId)),
  });
  const spans = blocks.flatMap((block) =>
    Array.from({ length: block.rowCount }, (_, row) =>
      spanAt(block, row, { traceId: parameters.traceId, dimensions }),
    ),
  );
  return { spans, scannedRows: scannedRows + dimensionRows };
}

function distinct(columns: readonly BigUint64Array[]): string[] {
  return Array.from(new Set(columns.flatMap((column) => [...column])), String);
}

function spanAt(
  block: SpanColumns,
  row: number,
  { traceId, dimensions }: { readonly traceId: string; readonly dimensions: DimensionReader },
): Span {
  const startTimeUnixNano = block.start[row] ?? 0n;
  const parentSpanId = block.parentSpanId[row] ?? NO_PARENT;
  const kind = block.kind[row] ?? 0;
  const status = block.status[row] ?? 0;
  const { texts, ints, doubles, bools } = block;
  return {
    traceId,
    spanId: block.spanId[row] ?? "",
    parentSpanId: parentSpanId === NO_PARENT ? "" : parentSpanId,
    traceState: block.traceState[row] ?? "",
    flags: block.flags[row] ?? 0,
    name: block.name[row] ?? "",
    kind: isSpanKind(kind) ? kind : SpanKind.unspecified,
    startTimeUnixNano,
    endTimeUnixNano: BigInt.asUintN(64, startTimeUnixNano + (block.duration[row] ?? 0n)),
    status: {
      code: isStatusCode(status) ? status : StatusCode.unset,
      message: block.statusMessage[row] ?? "",
    },
    attributes: typedAttributes(
      texts[row] ?? [],
      ints[row] ?? [],
      doubles[row] ?? [],
      bools[row] ?? [],
    ),
    droppedAttributesCount: block.droppedAttributes[row] ?? 0,
    events: eventsAt(block, row),
    droppedEventsCount: block.droppedEvents[row] ?? 0,
    links: linksAt(block, row),
    droppedLinksCount: block.droppedLinks[row] ?? 0,
    resource: dimensions.resource(String(block.resourceId[row])),
    scope: dimensions.scope(String(block.scopeId[row])),
  };
}

const NO_PARENT = "0000000000000000";

function eventsAt(block: SpanColumns, row: number): SpanEvent[] {
  return (block.eventTimes[row] ?? []).map((timeUnixNano, index) => ({
    timeUnixNano,
    name: block.eventNames[row]?.[index] ?? "",
    attributes: attributesOf(block.eventAttributes[row]?.[index] ?? []),
    droppedAttributesCount: block.eventsDropped[row]?.[index] ?? 0,
  }));
}

function linksAt(block: SpanColumns, row: number): SpanLink[] {
  return (block.linkTraceIds[row] ?? []).map((traceId, index) => ({
    traceId,
    spanId: block.linkSpanIds[row]?.[index] ?? "",
    traceState: block.linkTraceStates[row]?.[index] ?? "",
    flags: block.linkFlags[row]?.[index] ?? 0,
    attributes: attributesOf(block.linkAttributes[row]?.[index] ?? []),
    droppedAttributesCount: block.linksDropped[row]?.[index] ?? 0,
  }));
}
