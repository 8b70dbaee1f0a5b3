/*
 * A trace as it may have been if all clocks had agreed.
 *
 * Times are shown as they were sent, because a correction is a guess. This is the guess, for those
 * who ask for it:
 *
 * 1. A span of another service than its parent's, and a server span below a client span, may have
 *    been timed by another clock. Everything below it in the same service was timed by the same.
 * 2. What the caller waited for lies within the caller. If it does not, its clock is moved until it
 *    lies in the middle, as if both ways had taken equally long; if it is longer than its caller,
 *    until it begins with it. A message may be dealt with at any time after it was sent, a span
 *    that has not ended may end at any time, and a caller that failed may have given up before its
 *    callee was done: those only never begin before their caller.
 * 3. What lies within its caller is not moved: there is no reason to.
 *
 * Hosts are not looked at: two processes of one service on two machines pass for one clock.
 */
import { kindOfRow, OutlineFlag, SpanKind, type TraceSkeleton } from "@spoor/trace";

/** A trace whose clocks were made to agree. */
export interface CorrectedTrace {
  /** Its rows are in the order of the new times. */
  readonly skeleton: TraceSkeleton;
  /** By how much the clock of each of its rows was moved. */
  readonly movedNano: Float64Array;
}

/** How far each row is to be moved; undefined when none is. Cost: O(rows). */
export function clockShifts(skeleton: TraceSkeleton): Float64Array | undefined {
  const { parentRow, startNano, durationNano, service, flags } = skeleton;
  const shift = new Float64Array(skeleton.rowCount);
  let isAny = false;
  for (let row = 0; row < skeleton.rowCount; row += 1) {
    const parent = parentRow[row] ?? -1;
    if (parent === -1) continue;
    const kind = kindOfRow(skeleton, row);
    const isCall = kind === SpanKind.server && kindOfRow(skeleton, parent) === SpanKind.client;
    if (service[row] === service[parent] && !isCall) {
      shift[row] = shift[parent] ?? 0;
      continue;
    }
    if (((flags[row] ?? 0) & OutlineFlag.timeMissing) !== 0) continue;
    const hasGivenUp = ((flags[parent] ?? 0) & OutlineFlag.error) !== 0;
    const isOpen = ((flags[row] ?? 0) & OutlineFlag.open) !== 0;
    const isBounded = kind !== SpanKind.consumer && !isOpen && !hasGivenUp;
    const from = (startNano[parent] ?? 0) + (shift[parent] ?? 0);
    const room = (durationNano[parent] ?? 0) - (durationNano[row] ?? 0);
    const late = (startNano[row] ?? 0) - from;
    if (late >= 0 && (!isBounded || late <= room || room < 0)) continue;
    shift[row] = isBounded && room > 0 ? Math.floor(room / 2) - late : -late;
    isAny = true;
  }
  return isAny ? shift : undefined;
}

/** `skeleton` with its rows moved by `shift`, siblings in the order of their new starts. */
export function corrected(skeleton: TraceSkeleton, shift: Float64Array): CorrectedTrace {
  const order = newOrder(skeleton, shift);
  const { rowCount } = skeleton;
  const newRow = new Int32Array(rowCount);
  for (const [row, old] of order.entries()) newRow[old] = row;
  let first = Number.POSITIVE_INFINITY;
  for (let row = 0; row < rowCount; row += 1) {
    first = Math.min(first, (skeleton.startNano[row] ?? 0) + (shift[row] ?? 0));
  }
  const base = Number.isFinite(first) ? first : 0;
  const movedNano = Float64Array.from(order, (old) => shift[old] ?? 0);
  const orphans = Array.from(skeleton.orphanRows, (old, index) => ({
    row: newRow[old] ?? 0,
    index,
  }));
  orphans.sort((a, b) => a.row - b.row);
  return {
    movedNano,
    skeleton: {
      ...skeleton,
      startTimeUnixNano: skeleton.startTimeUnixNano + BigInt(base),
      parentRow: Int32Array.from(order, (old) => {
        const parent = skeleton.parentRow[old] ?? -1;
        return parent === -1 ? -1 : (newRow[parent] ?? -1);
      }),
      startNano: Float64Array.from(
        order,
        (old, row) => (skeleton.startNano[old] ?? 0) + (movedNano[row] ?? 0) - base,
      ),
      durationNano: Float64Array.from(order, (old) => skeleton.durationNano[old] ?? 0),
      service: Uint32Array.from(order, (old) => skeleton.service[old] ?? 0),
      name: Uint32Array.from(order, (old) => skeleton.name[old] ?? 0),
      flags: Uint16Array.from(order, (old) => skeleton.flags[old] ?? 0),
      spanIds: idsOf(skeleton.spanIds, order),
      orphanRows: Uint32Array.from(orphans, ({ row }) => row),
      lostParentIds: idsOf(
        skeleton.lostParentIds,
        orphans.map(({ index }) => index),
      ),
    },
  };
}

/** The ids of some rows, eight bytes each. */
function idsOf(all: Uint8Array, rows: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(rows.length * 8);
  for (let at = 0; at < rows.length; at += 1) {
    const from = (rows[at] ?? 0) * 8;
    bytes.set(all.subarray(from, from + 8), at * 8);
  }
  return bytes;
}

/** The rows in their new order: roots as they were, children by their new starts. */
function newOrder(
  { rowCount, parentRow, startNano }: TraceSkeleton,
  shift: Float64Array,
): Uint32Array {
  const startOf = (row: number): number => (startNano[row] ?? 0) + (shift[row] ?? 0);
  const children: number[][] = Array.from({ length: rowCount + 1 }, () => []);
  for (let row = 0; row < rowCount; row += 1) children[(parentRow[row] ?? -1) + 1]?.push(row);
  const order = new Uint32Array(rowCount);
  const open = (children[0] ?? []).toReversed();
  let count = 0;
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    order[count] = row;
    count += 1;
    const below = children[row + 1] ?? [];
    below.sort((a, b) => startOf(b) - startOf(a) || b - a);
    for (const child of below) open.push(child);
  }
  return order;
}
