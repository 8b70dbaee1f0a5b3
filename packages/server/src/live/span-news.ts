/*
 * What spans say about the present: which long ones have ended and, from senders that report a
 * running span as a span, which are open.
 *
 * - A span with a start and without an end is open.
 * - A span with `logfire.span_type` = `pending_span` says that its parent is open; its own parent
 *   stands in `logfire.pending_parent_id`.
 *
 * Both are taken out of the batch again: in the store they would be finished spans, counted with
 * the others and, without an end, of any length.
 */
import {
  appendSpan,
  type BatchMark,
  isSpanId,
  keys,
  type OpenSpanReport,
  type Resource,
  serviceName,
  type Span,
  spanAt,
  type SpanBatch,
} from "@spoor/trace";
import { FINISHED_REMEMBERED_MS_MIN, SENDER_NAME_LENGTH_MAX } from "../base/limits.ts";
import { processPlace } from "../base/process-place.ts";
import type { NewsItem, Reporter } from "./live-news.ts";

const SPAN_TYPE = "logfire.span_type";
const PENDING_PARENT = "logfire.pending_parent_id";
const NO_SPAN_ID = "0".repeat(16);

/** What spans say about the present. */
export interface SpanNews {
  readonly items: readonly NewsItem[];
  /** The resources of the rows that were taken out, one for each row. */
  readonly taken: readonly Resource[];
}

/**
 * Takes the spans that are no finished ones out of the rows of `batch` after `mark`. The order of
 * the others stays.
 */
export function takeOpenSpans(batch: SpanBatch, mark: BatchMark, nowUnixNano: bigint): SpanNews {
  if (!hasOpenSpans(batch, mark)) return { items: [], taken: [] };
  const finished: Span[] = [];
  const items: NewsItem[] = [];
  const taken: Resource[] = [];
  for (let row = mark.spanCount; row < batch.spanCount; row += 1) {
    const span = spanAt(batch, row);
    const item = newsOfSpan(span, nowUnixNano);
    if (item === undefined) {
      finished.push(span);
      continue;
    }
    items.push(item);
    taken.push(span.resource);
  }
  if (items.length === 0) return { items, taken };
  batch.rollback(mark);
  for (const span of finished) appendSpan(batch, span);
  return { items, taken };
}

/** The ids of the long spans after row `from`: 24 bytes each. */
export function finishedSpans(batch: SpanBatch, from: number): Uint8Array {
  const rows = longRows(batch, from);
  const ids = new Uint8Array(rows.length * 24);
  for (const [index, row] of rows.entries()) {
    ids.set(batch.traceIds.subarray(row * 16, row * 16 + 16), index * 24);
    ids.set(batch.spanIds.subarray(row * 8, row * 8 + 8), index * 24 + 16);
  }
  return ids;
}

/** Times are read as halves: a bigint for each span would cost more than all else here. */
function longRows(batch: SpanBatch, from: number): number[] {
  const starts = halves(batch.startTimesUnixNano);
  const ends = halves(batch.endTimesUnixNano);
  const rows: number[] = [];
  const nanoMin = FINISHED_REMEMBERED_MS_MIN * 1e6;
  for (let row = from; row < batch.spanCount; row += 1) {
    const low = (ends[row * 2] ?? 0) - (starts[row * 2] ?? 0);
    const high = (ends[row * 2 + 1] ?? 0) - (starts[row * 2 + 1] ?? 0);
    if (high * 2 ** 32 + low >= nanoMin) rows.push(row);
  }
  return rows;
}

/** Of little-endian machines, which all are that Node runs on here: the low half first. */
function halves({ buffer, byteOffset, byteLength }: BigUint64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function hasOpenSpans(batch: SpanBatch, mark: BatchMark): boolean {
  const { attributes, strings } = batch;
  if (hasEndless(batch, mark.spanCount)) return true;
  const key = strings.internText(SPAN_TYPE);
  return holds(attributes.keys, key, { from: mark.attributeCount, to: attributes.count });
}

/** A loop, because `includes` of a typed array is many times slower than one in V8. */
function hasEndless({ endTimesUnixNano, spanCount }: SpanBatch, from: number): boolean {
  const ends = halves(endTimesUnixNano);
  for (let row = from; row < spanCount; row += 1) {
    if (((ends[row * 2] ?? 0) | (ends[row * 2 + 1] ?? 0)) === 0) return true;
  }
  return false;
}

/** Whether `column` has `value` in the rows from `from` up to, not including, `to`. */
export function holds(
  column: Uint32Array,
  value: number,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  for (let row = from; row < to; row += 1) if (column[row] === value) return true;
  return false;
}

function newsOfSpan(span: Span, nowUnixNano: bigint): NewsItem | undefined {
  const from = reporterOf(span.resource);
  const at = { timeUnixNano: nowUnixNano, nextMs: 0 };
  if (span.attributes.get(SPAN_TYPE) === "pending_span" && span.parentSpanId !== "") {
    const parent = span.attributes.get(PENDING_PARENT);
    const isKnown = typeof parent === "string" && isSpanId(parent) && parent !== NO_SPAN_ID;
    const real = { ...span, spanId: span.parentSpanId, parentSpanId: isKnown ? parent : "" };
    return { kind: "report", from, source: "pending_span", report: openReport(real, at) };
  }
  if (span.endTimeUnixNano !== 0n || span.startTimeUnixNano === 0n) return undefined;
  return { kind: "report", from, source: "span_without_end", report: openReport(span, at) };
}

/** A span that its sender says is open, as a report. */
export function openReport(
  span: Span,
  { timeUnixNano, nextMs }: { readonly timeUnixNano: bigint; readonly nextMs: number },
): OpenSpanReport {
  return {
    kind: "openSpan",
    timeUnixNano,
    processStartUnixNano: 0n,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    flags: span.flags,
    name: span.name,
    spanKind: span.kind,
    startTimeUnixNano: span.startTimeUnixNano,
    seq: 0,
    snapshot: 0,
    nextMs,
    isOverdue: true,
    isCallerGone: false,
    wait: new Map(),
    attributes: span.attributes,
  };
}

/** Who sends with this resource. */
export function reporterOf(resource: Resource): Reporter {
  const instance = resource.attributes.get(keys.serviceInstanceId);
  const place = processPlace(resource);
  return {
    ...(place === undefined ? {} : { place }),
    service: serviceName(resource).slice(0, SENDER_NAME_LENGTH_MAX),
    instance: typeof instance === "string" ? instance.slice(0, SENDER_NAME_LENGTH_MAX) : "",
  };
}
