/*
 * Everything that the page of a trace shows, worked out once for each answer, over columns: what
 * spans say is looked up for the few rows in sight.
 */
import {
  appendOpenOutlines,
  buildSkeleton,
  errorText,
  type HolderLines,
  isErrorRow,
  keptWaitLines,
  type LostParentReason,
  type OpenSpan,
  peerOf,
  OutlineFlag,
  outlineOfSpan,
  RowFlag,
  type RowFacts,
  type RowVerdict,
  type RowWords,
  type Running,
  skeletonSpanId,
  type Span,
  SpanOutlines,
  spanTitle,
  type TraceSkeleton,
  verdictOfRows,
  waitLines,
  withOpenSpans,
} from "@spoor/trace";
import type { SpanCache } from "../data/span-cache.ts";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { rowOfSpan, rowsOfSpans } from "../geometry/line-key.ts";
import { clockShifts, corrected } from "../geometry/clock-correction.ts";
import { type Repeats, repeatsOf } from "../geometry/repeats.ts";
import { isAnswered, isOutgoing } from "../geometry/trace-map.ts";
import { traceShape, type TraceShape } from "../geometry/trace-shape.ts";

/** A trace, ready to be drawn. */
export interface TraceModel {
  readonly shape: TraceShape;
  readonly repeats: Repeats;
  readonly looks: ReadonlyMap<string, ServiceLook>;
  readonly spans: SpanCache;
  /** The spans that have not ended, by row. */
  readonly openOf: ReadonlyMap<number, OpenSpan>;
  /** The same as spans, which end now. */
  readonly openSpanOf: ReadonlyMap<number, Span>;
  /** Who holds up what is open, and who held up what has ended, by row. */
  readonly holdersOf: ReadonlyMap<number, readonly HolderLines[]>;
  /** What spans waited for that have ended, by row. */
  readonly waitedOf: ReadonlyMap<number, string>;
  /** Why parents may never have arrived, by their ids. */
  readonly lostReasons: ReadonlyMap<string, LostParentReason>;
  readonly running: Running;
  /** Own time of the rows that are marked as slow; none while something is open. */
  readonly slowNano: ReadonlyMap<number, number>;
  readonly facts: RowFacts;
  readonly errorCount: number;
  readonly problems: TraceProblems;
  /** How many spans lie where they cannot have been, unless clocks disagree. */
  readonly skewedCount: number;
  /** False for a trace from a file, of which no server knows anything. */
  readonly isStored: boolean;
}

/** How many spans are not as they should be. */
export interface TraceProblems {
  readonly orphan: number;
  readonly selfParent: number;
  readonly cycle: number;
  readonly copy: number;
  readonly endBeforeStart: number;
  /** Ids that different spans have. */
  readonly sharedId: number;
}

/** What a trace is made from. */
export interface ModelParts {
  readonly skeleton: TraceSkeleton;
  readonly spans: SpanCache;
  readonly running: Running;
  readonly isStored: boolean;
  /** Whether clocks that disagree are made to agree. */
  readonly isCorrected: boolean;
}

/** The skeleton of a trace that is here whole. `open` are those that have not ended. */
export function skeletonOfSpans(
  traceId: string,
  spans: readonly Span[],
  open: readonly OpenSpan[],
): TraceSkeleton {
  const outlines = new SpanOutlines(spans.length + open.length);
  for (const span of spans) outlines.append(outlineOfSpan(span));
  appendOpenOutlines(outlines, open);
  return buildSkeleton(traceId, outlines);
}

/** Cost: O(n log n) in the spans. */
export function traceModel(parts: ModelParts): TraceModel {
  const { skeleton: sent, spans, running, isStored, isCorrected } = parts;
  const shift = clockShifts(sent);
  const { skeleton, movedNano } =
    isCorrected && shift !== undefined
      ? corrected(sent, shift)
      : { skeleton: sent, movedNano: undefined };
  const shape = traceShape(skeleton, movedNano);
  const openOf = openRows(shape, running.open);
  const asSpans = withOpenSpans({ traceId: skeleton.traceId, spans: [] }, running.open).spans;
  const openSpans = new Map(asSpans.map((span) => [span.spanId, span]));
  const { orphanRows, copyCount, sharedIdCount } = skeleton;
  const count = flagCounter(skeleton);
  return {
    shape,
    repeats: repeatsOf(shape),
    looks: serviceLooks(skeleton.services),
    spans,
    openOf,
    openSpanOf: new Map(
      Array.from(openOf, ([row, { spanId }]) => [row, openSpans.get(spanId)] as const).filter(
        (entry): entry is readonly [number, Span] => entry[1] !== undefined,
      ),
    ),
    holdersOf: new Map(
      Array.from(openOf, ([row, span]) => [row, waitLines(span, running.nowUnixNano).holders]),
    ),
    waitedOf: new Map(),
    lostReasons: new Map(),
    running: { ...running, open: [...openOf.values()] },
    slowNano: openOf.size === 0 ? shape.slowNano : new Map(),
    facts: shape.facts,
    errorCount: count(OutlineFlag.error),
    problems: {
      orphan: orphanRows.length,
      selfParent: count(RowFlag.selfParent),
      cycle: count(RowFlag.cycle),
      copy: copyCount,
      endBeforeStart: count(OutlineFlag.endBeforeStart),
      sharedId: sharedIdCount,
    },
    skewedCount: shift === undefined ? 0 : movedCount(shift),
    isStored,
  };
}

/**
 * `model` with what is told besides: what its spans waited for while they ran, and why parents may
 * be missing. The same model when there is nothing of the kind.
 */
export function withTold(
  model: TraceModel,
  lostReasons: ReadonlyMap<string, LostParentReason>,
): TraceModel {
  const kept = keptRows(model).flatMap((row) => {
    const span = model.openOf.has(row) ? undefined : spanOfRow(model, row);
    const lines = span === undefined ? undefined : keptWaitLines(span);
    return lines === undefined ? [] : [{ row, lines }];
  });
  if (kept.length === 0 && lostReasons.size === 0) return model;
  const holders = kept.map(({ row, lines }) => [row, lines.holders] as const);
  return {
    ...model,
    lostReasons,
    waitedOf: new Map(kept.map(({ row, lines }) => [row, lines.waits])),
    holdersOf: kept.length === 0 ? model.holdersOf : new Map([...model.holdersOf, ...holders]),
  };
}

/** How much of what {@link withTold} looks at is here: changes when there is more. */
export function toldCount(model: TraceModel): number {
  if (model.spans.isWhole) return 0;
  return keptRows(model).filter((row) => spanOfRow(model, row) !== undefined).length;
}

/**
 * The rows of which it is told what they waited for. Of a trace that is read in parts only those
 * that the verdict names: lines that come in as one scrolls would move what is being read.
 */
function keptRows({ shape, spans, slowNano, facts }: TraceModel): number[] {
  if (!spans.isWhole) {
    return [
      ...new Set([...slowNano.keys(), ...(facts.failure === undefined ? [] : [facts.failure])]),
    ];
  }
  const rows: number[] = [];
  for (let row = 0; row < shape.rows.rowCount; row += 1) {
    if (hasFlag(shape, row, OutlineFlag.hasEvents)) rows.push(row);
  }
  return rows;
}

function flagCounter({ flags }: TraceSkeleton): (flag: number) => number {
  return (flag) => {
    let count = 0;
    for (const each of flags) if ((each & flag) !== 0) count += 1;
    return count;
  };
}

function movedCount(shift: Float64Array): number {
  let count = 0;
  for (const nano of shift) if (nano !== 0) count += 1;
  return count;
}

/** A span that has finished in the meantime is not open, whatever was said before. */
function openRows(shape: TraceShape, open: readonly OpenSpan[]): Map<number, OpenSpan> {
  const rows = new Map<number, OpenSpan>();
  for (const span of open) {
    const row = rowOfSpan(shape, span.spanId);
    if (row !== -1 && hasFlag(shape, row, OutlineFlag.open)) rows.set(row, span);
  }
  return rows;
}

/** Whether `row` has this one of the flags. */
export function hasFlag({ skeleton }: TraceShape, row: number, flag: number): boolean {
  return ((skeleton.flags[row] ?? 0) & flag) !== 0;
}

/** The span of `row`, if it is here. */
export function spanOfRow(model: TraceModel, row: number): Span | undefined {
  const open = model.openSpanOf.get(row);
  if (open !== undefined) return open;
  const { skeleton } = model.shape;
  const same = model.spans.get(skeletonSpanId(skeleton, row));
  if (same === undefined || same.length < 2) return same?.[0];
  // Different spans under one id: the row's own is the one that starts when the row does.
  const start = (skeleton.startNano[row] ?? 0) - movedOfRow(model, row);
  const own = same.find(
    ({ startTimeUnixNano }) => Number(startTimeUnixNano - skeleton.startTimeUnixNano) === start,
  );
  return own ?? same[0];
}

/** By how much the clock of `row` was moved. */
export function movedOfRow({ shape: { movedNano } }: TraceModel, row: number): number {
  return movedNano?.[row] ?? 0;
}

/** A moment that the clock of `row` told, in ns since the start of the trace. */
export function momentOfRow(model: TraceModel, row: number, timeUnixNano: bigint): number {
  return Number(timeUnixNano - model.shape.skeleton.startTimeUnixNano) + movedOfRow(model, row);
}

/** The spans that are here, with their rows. */
export function* loadedSpans(model: TraceModel): Generator<readonly [number, Span]> {
  const { shape, spans } = model;
  const rows = spans.isWhole ? shape.rows.startNano.keys() : rowsOfSpans(shape, spans.ids());
  for (const row of rows) {
    const span = spanOfRow(model, row);
    if (span !== undefined) yield [row, span];
  }
}

/** The name of `row`, with the statement or route that makes it tell something once it is here. */
export function titleOfRow(model: TraceModel, row: number): string {
  const span = spanOfRow(model, row);
  if (span !== undefined) return spanTitle(span);
  const { skeleton } = model.shape;
  return skeleton.names[skeleton.name[row] ?? -1] ?? "";
}

/** The service of `row`. */
export function serviceOfRow({ shape: { skeleton } }: TraceModel, row: number): string {
  return skeleton.services[skeleton.service[row] ?? -1] ?? "";
}

/** The look of the service of `row`. */
export function lookOfRow(model: TraceModel, row: number): ServiceLook | undefined {
  return model.looks.get(serviceOfRow(model, row));
}

/** How long `row` took. */
export function durationOfRow({ shape: { skeleton } }: TraceModel, row: number): number {
  return skeleton.durationNano[row] ?? 0;
}

/** Whom `row` calls that sends no spans, once its span is here; empty for most. */
export function calleeOfRow(model: TraceModel, row: number): string {
  const { shape } = model;
  if (!isOutgoing(shape.rows, row) || isAnswered(shape, row)) return "";
  const span = spanOfRow(model, row);
  const peer = span === undefined ? undefined : peerOf(span);
  // Of databases and queues nobody expects spans, and their statement names them.
  return peer?.calleeType === "external" ? peer.callee : "";
}

/** The words of the error of `row`; empty without an error, and until its span is here. */
export function errorOfRow(model: TraceModel, row: number): string {
  if (!isErrorRow(model.shape.rows, row)) return "";
  const span = spanOfRow(model, row);
  return span === undefined ? "" : errorText(span);
}

/** What is to be said about the trace, with what is known of its spans now. */
export function verdictOf(model: TraceModel): RowVerdict {
  const { shape, running, slowNano, facts } = model;
  const wordsOf = (row: number): RowWords => ({
    spanId: skeletonSpanId(shape.skeleton, row),
    title: titleOfRow(model, row),
    service: serviceOfRow(model, row),
    errorText: errorOfRow(model, row),
  });
  const marks = Array.from(slowNano, ([row, ownNano]) => ({ row, ownNano }));
  const spans = Array.from(loadedSpans(model), ([, span]) => span);
  return verdictOfRows(shape.rows, marks, wordsOf, { shorten, running, spans, facts });
}

/** A verdict is read at a glance; the whole statement stands in the detail. */
const VERDICT_TEXT_MAX = 160;

function shorten(text: string): string {
  return text.length <= VERDICT_TEXT_MAX ? text : `${text.slice(0, VERDICT_TEXT_MAX - 1)}…`;
}

/** What is running, so much later: it has only grown. */
export function grown({ open, nowUnixNano }: Running, elapsedMs: number): Running {
  return {
    open: open.map((span) =>
      span.state === "open" ? Object.assign({}, span, { ageMs: span.ageMs + elapsedMs }) : span,
    ),
    nowUnixNano: nowUnixNano + BigInt(Math.round(elapsedMs * 1e6)),
  };
}
