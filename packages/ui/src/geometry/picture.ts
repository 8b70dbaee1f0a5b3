/*
 * Pictures of a whole trace, as rectangles for a canvas: the overview above the waterfall, and the
 * flame graph.
 *
 * A million bars on a thousand pixels are not a million rectangles: what falls into a pixel that
 * the bar before already filled is left out. Errors are drawn last and always, because the one red
 * bar is what somebody looks for.
 */
import { isErrorRow } from "@spoor/trace";
import type { TimeWindow } from "./time-window.ts";
import type { TraceShape } from "./trace-shape.ts";

/** A filled rectangle, in pixels; `row` says what it stands for, at least in part. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly row: number;
}

/** Where to draw. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly window: TimeWindow;
}

/** Rectangles of ordinary bars, and those of errors, to be drawn over them. */
export interface Picture {
  readonly bars: readonly Rectangle[];
  readonly errors: readonly Rectangle[];
}

/** The overview: all rows from top to bottom, however many there are. Cost: O(rows). */
export function overviewOf(shape: TraceShape, frame: Frame): Picture {
  const rowHeight = frame.height / Math.max(1, shape.rows.rowCount);
  const height = Math.max(1, Math.min(4, rowHeight));
  return pictureOf(shape, frame, { height, laneOf: (row) => Math.floor(row * rowHeight) });
}

/** The flame graph: each row below its parent. Cost: O(rows). */
export function flameOf(
  shape: TraceShape,
  frame: Frame & { readonly laneHeight: number },
): Picture {
  const { laneHeight } = frame;
  return pictureOf(shape, frame, {
    height: laneHeight - 1,
    laneOf: (row) => ((shape.level[row] ?? 1) - 1) * laneHeight,
  });
}

/** How deep the flame graph of `shape` is. */
export function flameDepth(shape: TraceShape): number {
  return shape.level.reduce((deepest, level) => Math.max(deepest, level), 0);
}

interface Lanes {
  readonly height: number;
  /** The upper edge of the row's lane. */
  readonly laneOf: (row: number) => number;
}

function pictureOf(shape: TraceShape, frame: Frame, { height, laneOf }: Lanes): Picture {
  const { rows, skeleton } = shape;
  const { fromNano, toNano } = frame.window;
  const scale = frame.width / (toNano - fromNano);
  const bars: Rectangle[] = [];
  const errors: Rectangle[] = [];
  /** Per lane, up to where it is filled, by which service, and by how many bars. */
  const filled = new Map<number, { until: number; service: number; count: number }>();
  for (let row = 0; row < rows.rowCount; row += 1) {
    const start = rows.startNano[row] ?? 0;
    const end = rows.endNano[row] ?? 0;
    if (end < fromNano || start > toNano) continue;
    const y = laneOf(row);
    if (y >= frame.height) continue;
    const x = Math.max(0, (start - fromNano) * scale);
    const right = Math.min(frame.width, Math.max(x + 1, (end - fromNano) * scale));
    if (isErrorRow(rows, row)) errors.push({ x, y, width: right - x, height, row });
    const service = skeleton.service[row] ?? 0;
    const lane = filled.get(y);
    if (lane !== undefined && isSeenAlready(lane, { x, right, service, frame })) continue;
    bars.push({ x, y, width: right - x, height, row });
    const count = (lane?.count ?? 0) + 1;
    filled.set(y, { until: Math.max(right, lane?.until ?? 0), service, count });
  }
  return { bars, errors: thinned(errors) };
}

/**
 * Less than a pixel beyond what is there, or below it: then another service still shows, unless the
 * lane is so full already that nothing can be told apart.
 */
function isSeenAlready(
  lane: { readonly until: number; readonly service: number; readonly count: number },
  bar: {
    readonly x: number;
    readonly right: number;
    readonly service: number;
    readonly frame: Frame;
  },
): boolean {
  if (bar.x >= lane.until - 1) return bar.right <= lane.until + 0.5;
  const isBelow = bar.right <= lane.until;
  return isBelow && (bar.service === lane.service || lane.count > bar.frame.width);
}

/** One error for each pixel is enough to see it. */
function thinned(errors: readonly Rectangle[]): Rectangle[] {
  const seen = new Set<string>();
  return errors.filter(({ x, y }) => {
    const key = `${Math.round(x)} ${Math.round(y)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
