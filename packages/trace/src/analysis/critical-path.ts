/*
 * Which spans determined when a root ended.
 *
 * The walk goes backwards from the end of the root:
 *
 * 1. Before a moment, the child that ended last was what its parent waited for. The time between
 *    that child's end and the moment is the parent's own.
 * 2. The same is asked inside that child, from its end to its start.
 * 3. At the child's start the walk goes on in the parent. A sibling that was still running then
 *    did not bring the child about (it ran in parallel), so it is not on the path.
 *
 * A child that ends after its parent did not determine the parent's end: a fire-and-forget task
 * must not push the call that was waited for off the path. There is one exception, and incidents
 * are made of it: the parent gave up. A parent that is a client span, or that ended with an error,
 * or that served a caller who did, is taken to have waited for what was still running; such a
 * child counts up to the parent's end.
 * Messages are never waited for (SpanKind PRODUCER and CONSUMER are defined as asynchronous).
 *
 * Limits: spans do not say what they waited for, so this is the best guess that times allow. Times
 * are taken as they are; a child that lies wholly outside its parent, because two clocks disagree,
 * is not on the path.
 */
import { SpanKind } from "../span/kind.ts";
import { endOf, isErrorRow, kindOfRow, rootRows, startOf, type TraceRows } from "./trace-rows.ts";

/**
 * Two spans that follow each other may seem to overlap by this much: the official JavaScript SDK
 * starts spans on a clock that ticks in whole milliseconds. Without it, every other call of a
 * sequence falls off the path.
 */
const OVERLAP_NANO_MAX = 1_000_000;
/** An overlap above this share of the child is no accident, however short the child is. */
const OVERLAP_SHARE_MAX = 0.1;

/** An interval in which the end of the root depended on the span itself, not on a child of it. */
export interface PathStep {
  readonly row: number;
  /** Since the earliest start of the trace. */
  readonly startNano: number;
  readonly endNano: number;
}

interface Frame {
  readonly row: number;
  /** The last to end first. */
  readonly children: readonly number[];
  next: number;
  /** Everything from here to the span's end is explained. */
  cursorNano: number;
  /** The part of the span that counts. */
  readonly fromNano: number;
  readonly untilNano: number;
}

/**
 * The critical path of the span of row `root` and all below it: intervals in the order of time
 * that follow each other without a gap from its start to its end, each with the row it is owed to.
 * Empty for a root without length.
 *
 * Cost: O(n log n) in the spans below `root`; no recursion.
 */
export function criticalPath(rows: TraceRows, root: number): PathStep[] {
  const backwards: PathStep[] = [];
  walkCriticalPath(rows, root, (row, startNano, endNano) => {
    backwards.push({ row, startNano, endNano });
  });
  return backwards.toReversed();
}

/** Takes a step of a critical path. */
export type TakeStep = (row: number, startNano: number, endNano: number) => void;

/**
 * The steps of {@link criticalPath} from the last to the first, as numbers: a trace of a million
 * spans has hundreds of thousands of them, and as objects they take longer to make than to find.
 */
export function walkCriticalPath(rows: TraceRows, root: number, take: TakeStep): void {
  const open = [toFrame(rows, root, startOf(rows, root), endOf(rows, root))];
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    const child = nextWaitedFor(rows, frame);
    if (child === undefined) {
      addStep(take, frame, frame.fromNano);
      open.pop();
      continue;
    }
    const childEnd = Math.min(endOf(rows, child), frame.cursorNano);
    addStep(take, frame, childEnd);
    const childStart = Math.max(startOf(rows, child), frame.fromNano);
    frame.cursorNano = childStart;
    if (childStart >= frame.untilNano) continue;
    const until = Math.min(childEnd, frame.untilNano);
    // Most spans have nothing below them, and are a step as a whole.
    if (rows.endRow[child] !== child + 1) open.push(toFrame(rows, child, childStart, until));
    else if (until > childStart) take(child, childStart, until);
  }
}

/**
 * How long each row is itself on a critical path, in ns, over all roots; 0 for a row that is not.
 * An orphan's subtree has a path of its own: where it belonged is unknown, where its time went is
 * not. Cost: O(n log n).
 */
export function criticalNanoOfRows(rows: TraceRows): Float64Array {
  const nano = new Float64Array(rows.rowCount);
  for (const root of rootRows(rows)) {
    walkCriticalPath(rows, root, (row, startNano, endNano) => {
      nano[row] = (nano[row] ?? 0) + endNano - startNano;
    });
  }
  return nano;
}

function toFrame(rows: TraceRows, row: number, fromNano: number, untilNano: number): Frame {
  const children: number[] = [];
  const end = rows.endRow[row] ?? 0;
  for (let child = row + 1; child < end; child = rows.endRow[child] ?? end) {
    if (endOf(rows, child) > startOf(rows, child) && wasWaitedFor(rows, child, row)) {
      children.push(child);
    }
  }
  children.sort(
    (a, b) =>
      endWithin(rows, b, row) - endWithin(rows, a, row) || startOf(rows, a) - startOf(rows, b),
  );
  return { row, children, next: 0, cursorNano: endOf(rows, row), fromNano, untilNano };
}

/** The child that ended last before the cursor, or undefined when the rest is the span's own. */
function nextWaitedFor(rows: TraceRows, frame: Frame): number | undefined {
  while (frame.next < frame.children.length) {
    const child = frame.children[frame.next];
    frame.next += 1;
    if (child === undefined || startOf(rows, child) >= frame.cursorNano) continue;
    if (Math.min(endOf(rows, child), frame.cursorNano) <= frame.fromNano) continue;
    const end = endWithin(rows, child, frame.row);
    if (end <= frame.cursorNano + overlapNano(rows, child)) return child;
  }
  return undefined;
}

function addStep(take: TakeStep, frame: Frame, startNano: number): void {
  const endNano = Math.min(frame.cursorNano, frame.untilNano);
  const from = Math.max(startNano, frame.fromNano);
  if (endNano > from) take(frame.row, from, endNano);
}

function endWithin(rows: TraceRows, child: number, parent: number): number {
  return Math.min(endOf(rows, child), endOf(rows, parent));
}

function overlapNano(rows: TraceRows, child: number): number {
  const length = endOf(rows, child) - startOf(rows, child);
  return Math.min(OVERLAP_NANO_MAX, length * OVERLAP_SHARE_MAX);
}

function wasWaitedFor(rows: TraceRows, child: number, parent: number): boolean {
  const parentEnd = endOf(rows, parent);
  if (startOf(rows, child) >= parentEnd) return false;
  if (endOf(rows, child) <= parentEnd + overlapNano(rows, child)) return true;
  const kind = kindOfRow(rows, child);
  if (kind === SpanKind.producer || kind === SpanKind.consumer) return false;
  return gaveUp(rows, parent);
}

/**
 * A server span may end without an error of its own because its caller hung up: the official
 * JavaScript instrumentation ends it with the connection, while the handler goes on.
 */
function gaveUp(rows: TraceRows, row: number): boolean {
  const kind = kindOfRow(rows, row);
  if (kind === SpanKind.client || isErrorRow(rows, row)) return true;
  const caller = rows.parentRow[row] ?? -1;
  return kind === SpanKind.server && caller !== -1 && isErrorRow(rows, caller);
}
