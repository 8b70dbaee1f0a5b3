/*
 * From the spans of a trace to its rows, by the rules of `buildTree`, over columns.
 *
 * The rules are stated there and held equal by a test over random traces. Here they run on typed
 * arrays, because a trace of a million spans must be ready before a person looks up.
 */
import { OutlineFlag, type SpanOutlines } from "../skeleton/span-outlines.ts";
import { RowFlag, type TraceSkeleton } from "../skeleton/trace-skeleton.ts";

const NONE = -1;

/** The links between spans: positions in time order, `NONE` where there is none. */
interface Family {
  readonly parent: Int32Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
}

/**
 * The rows of a trace. Nothing recurses; a cycle or a lost parent makes a root and is marked.
 *
 * Cost: O(n) for spans that come in order of time, else O(n log n).
 */
export function buildSkeleton(traceId: string, outlines: SpanOutlines): TraceSkeleton {
  const ordered = inTimeOrder(outlines);
  const first = new IdTable(outlines, ordered.length);
  const { kept, sharedIdCount } = withoutCopies(outlines, ordered, first);
  const marks = new Uint16Array(outlines.count);
  const { family, roots } = link(outlines, kept, first, marks);
  const rows = walk(outlines, { kept, roots, family, marks });
  const copyCount = ordered.length - kept.length;
  return fill(traceId, outlines, { ...rows, marks, copyCount, sharedIdCount });
}

/** Span numbers by start, end and id. */
function inTimeOrder(outlines: SpanOutlines): Uint32Array {
  const order = new Uint32Array(outlines.count);
  let isOrdered = true;
  for (let span = 0; span < order.length; span += 1) {
    order[span] = span;
    if (span > 0 && isOrdered) isOrdered = compare(outlines, span - 1, span) <= 0;
  }
  return isOrdered ? order : order.sort((a, b) => compare(outlines, a, b));
}

function compare(outlines: SpanOutlines, a: number, b: number): number {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = outlines;
  const [startA, startB] = [start[a] ?? 0n, start[b] ?? 0n];
  if (startA !== startB) return startA < startB ? -1 : 1;
  const [endA, endB] = [end[a] ?? 0n, end[b] ?? 0n];
  if (endA !== endB) return endA < endB ? -1 : 1;
  const high = (outlines.spanIdHigh[a] ?? 0) - (outlines.spanIdHigh[b] ?? 0);
  return high === 0 ? (outlines.spanIdLow[a] ?? 0) - (outlines.spanIdLow[b] ?? 0) : high;
}

/** From a span id to the first span in order that has it, and on to others under the same id. */
class IdTable {
  readonly #outlines: SpanOutlines;
  /** Span number plus 1, so that 0 says empty. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  /** The next span under the same id. */
  readonly next: Int32Array;

  constructor(outlines: SpanOutlines, count: number) {
    // At most half full, so that a chain of taken slots stays short.
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
    this.#outlines = outlines;
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
    this.next = new Int32Array(outlines.count).fill(NONE);
  }

  /** The first span with this id, or -1. */
  find(high: number, low: number): number {
    const slot = this.#slots[this.#slotOf(high, low)] ?? 0;
    return slot - 1;
  }

  /** Makes `span` the first of its id. */
  add(span: number): void {
    const { spanIdHigh, spanIdLow } = this.#outlines;
    this.#slots[this.#slotOf(spanIdHigh[span] ?? 0, spanIdLow[span] ?? 0)] = span + 1;
  }

  #slotOf(high: number, low: number): number {
    const { spanIdHigh, spanIdLow } = this.#outlines;
    // Ids are random where senders keep to the rules; the multiplication is for those who do not.
    let slot = (Math.imul(high ^ (low >>> 15), 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    for (;;) {
      const span = (this.#slots[slot] ?? 0) - 1;
      if (span === NONE || (spanIdHigh[span] === high && spanIdLow[span] === low)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}

/** The spans that are not exact copies of an earlier one, in order. */
function withoutCopies(
  outlines: SpanOutlines,
  ordered: Uint32Array,
  first: IdTable,
): { readonly kept: Uint32Array; readonly sharedIdCount: number } {
  const kept = new Uint32Array(ordered.length);
  let [count, sharedIdCount] = [0, 0];
  for (const span of ordered) {
    const known = first.find(outlines.spanIdHigh[span] ?? 0, outlines.spanIdLow[span] ?? 0);
    const isAlone = known !== NONE && first.next[known] === NONE;
    if (known === NONE) first.add(span);
    else if (!addToSameId(outlines, span, known, first.next)) continue;
    else if (isAlone) sharedIdCount += 1;
    kept[count] = span;
    count += 1;
  }
  return { kept: kept.subarray(0, count), sharedIdCount };
}

/** False when `span` is a copy of one of those under the same id. */
function addToSameId(
  outlines: SpanOutlines,
  span: number,
  first: number,
  next: Int32Array,
): boolean {
  let last = first;
  for (let other = first; other !== NONE; other = next[other] ?? NONE) {
    if (isCopy(outlines, span, other)) return false;
    last = other;
  }
  next[last] = span;
  return true;
}

function isCopy(outlines: SpanOutlines, a: number, b: number): boolean {
  return (
    outlines.startTimeUnixNano[a] === outlines.startTimeUnixNano[b] &&
    outlines.endTimeUnixNano[a] === outlines.endTimeUnixNano[b] &&
    outlines.parentIdHigh[a] === outlines.parentIdHigh[b] &&
    outlines.parentIdLow[a] === outlines.parentIdLow[b] &&
    outlines.name[a] === outlines.name[b] &&
    outlines.flags[a] === outlines.flags[b]
  );
}

/** Hangs every span below its parent; the others are roots, with a mark that says why. */
function link(
  outlines: SpanOutlines,
  kept: Uint32Array,
  first: IdTable,
  marks: Uint16Array,
): { readonly family: Family; readonly roots: number[] } {
  const parent = new Int32Array(outlines.count).fill(NONE);
  const firstChild = new Int32Array(outlines.count).fill(NONE);
  const nextSibling = new Int32Array(outlines.count).fill(NONE);
  const [roots, lost]: [number[], number[]] = [[], []];
  // Backwards, because each is put before its later siblings.
  for (let at = kept.length - 1; at >= 0; at -= 1) {
    const span = kept[at] ?? 0;
    const [high, low] = [outlines.parentIdHigh[span] ?? 0, outlines.parentIdLow[span] ?? 0];
    if (high === 0 && low === 0) {
      roots.push(span);
      continue;
    }
    const isSelf = outlines.spanIdHigh[span] === high && outlines.spanIdLow[span] === low;
    const above = isSelf ? NONE : first.find(high, low);
    if (above === NONE) {
      marks[span] = isSelf ? RowFlag.selfParent : RowFlag.orphan;
      lost.push(span);
      continue;
    }
    parent[span] = above;
    nextSibling[span] = firstChild[above] ?? NONE;
    firstChild[above] = span;
  }
  return {
    family: { parent, firstChild, nextSibling },
    roots: [...roots.toReversed(), ...lost.toReversed()],
  };
}

interface Walk {
  readonly kept: Uint32Array;
  readonly roots: readonly number[];
  readonly family: Family;
  readonly marks: Uint16Array;
}

interface Rows {
  /** The span of each row. */
  readonly spans: Uint32Array;
  /** The parent's row of each row. */
  readonly parentRow: Int32Array;
}

function walk(outlines: SpanOutlines, { kept, roots, family, marks }: Walk): Rows {
  const spans = new Uint32Array(kept.length);
  const parentRow = new Int32Array(kept.length);
  const rowOf = new Int32Array(outlines.count).fill(NONE);
  let row = 0;
  const descend = (root: number): void => {
    let span = root;
    while (span !== NONE) {
      spans[row] = span;
      rowOf[span] = row;
      const above = family.parent[span] ?? NONE;
      parentRow[row] = span === root || above === NONE ? NONE : (rowOf[above] ?? NONE);
      row += 1;
      const child = family.firstChild[span] ?? NONE;
      if (child !== NONE) {
        span = child;
        continue;
      }
      // Up until somebody has a younger sibling, but not above the root.
      while (span !== root && (family.nextSibling[span] ?? NONE) === NONE) {
        span = family.parent[span] ?? NONE;
      }
      span = span === root ? NONE : (family.nextSibling[span] ?? NONE);
    }
  };
  for (const root of roots) descend(root);
  if (row < kept.length) {
    for (const root of cutCycles(outlines, kept, { rowOf, family, marks })) descend(root);
  }
  return { spans, parentRow };
}

/**
 * The earliest span of each cycle, taken off its parent. What hangs below a cycle is reached from
 * there, so it needs no care of its own.
 */
function cutCycles(
  outlines: SpanOutlines,
  kept: Uint32Array,
  state: { readonly rowOf: Int32Array; readonly family: Family; readonly marks: Uint16Array },
): number[] {
  const { family, marks, rowOf } = state;
  const seenInWalk = new Uint32Array(outlines.count);
  const roots: number[] = [];
  let walkNumber = 0;
  for (const start of kept) {
    if (rowOf[start] !== NONE || seenInWalk[start] !== 0) continue;
    walkNumber += 1;
    let span = start;
    while (seenInWalk[span] === 0 && family.parent[span] !== NONE) {
      seenInWalk[span] = walkNumber;
      span = family.parent[span] ?? NONE;
    }
    // It ran into an earlier walk, which has cut that cycle.
    if (seenInWalk[span] !== walkNumber) continue;
    let earliest = span;
    for (let at = family.parent[span] ?? span; at !== span; at = family.parent[at] ?? span) {
      if (compare(outlines, at, earliest) < 0) earliest = at;
    }
    takeOff(earliest, family);
    marks[earliest] = RowFlag.cycle;
    roots.push(earliest);
  }
  return roots;
}

function takeOff(span: number, { parent, firstChild, nextSibling }: Family): void {
  const above = parent[span] ?? NONE;
  if (firstChild[above] === span) firstChild[above] = nextSibling[span] ?? NONE;
  else {
    let sibling = firstChild[above] ?? NONE;
    while (sibling !== NONE && nextSibling[sibling] !== span) {
      sibling = nextSibling[sibling] ?? NONE;
    }
    if (sibling !== NONE) nextSibling[sibling] = nextSibling[span] ?? NONE;
  }
  parent[span] = NONE;
  nextSibling[span] = NONE;
}

function fill(
  traceId: string,
  outlines: SpanOutlines,
  made: Rows & Pick<TraceSkeleton, "copyCount" | "sharedIdCount"> & { readonly marks: Uint16Array },
): TraceSkeleton {
  const { spans, parentRow, marks, copyCount, sharedIdCount } = made;
  const rowCount = spans.length;
  const startTimeUnixNano = earliestStart(outlines);
  const startNano = new Float64Array(rowCount);
  const durationNano = new Float64Array(rowCount);
  const service = new Uint32Array(rowCount);
  const name = new Uint32Array(rowCount);
  const flags = new Uint16Array(rowCount);
  const spanIds = new Uint8Array(rowCount * 8);
  const idView = new DataView(spanIds.buffer);
  for (let row = 0; row < rowCount; row += 1) {
    const span = spans[row] ?? 0;
    const start = outlines.startTimeUnixNano[span] ?? 0n;
    const end = outlines.endTimeUnixNano[span] ?? 0n;
    const known = start > 0n ? start : end;
    startNano[row] = known > 0n ? Number(known - startTimeUnixNano) : 0;
    const hasTimes = start > 0n && end > 0n;
    durationNano[row] = hasTimes && end > start ? Number(end - start) : 0;
    service[row] = outlines.service[span] ?? 0;
    name[row] = outlines.name[span] ?? 0;
    flags[row] =
      (outlines.flags[span] ?? 0) |
      (marks[span] ?? 0) |
      (hasTimes ? 0 : OutlineFlag.timeMissing) |
      (hasTimes && end < start ? OutlineFlag.endBeforeStart : 0);
    idView.setUint32(row * 8, outlines.spanIdHigh[span] ?? 0);
    idView.setUint32(row * 8 + 4, outlines.spanIdLow[span] ?? 0);
  }
  return {
    ...lostParents(outlines, spans, marks),
    traceId,
    startTimeUnixNano,
    rowCount,
    parentRow,
    startNano,
    durationNano,
    service,
    name,
    flags,
    spanIds,
    services: outlines.services.texts,
    names: outlines.names.texts,
    copyCount,
    sharedIdCount,
  };
}

/** Which rows are orphans, and which parents they name. */
function lostParents(
  outlines: SpanOutlines,
  spans: Uint32Array,
  marks: Uint16Array,
): Pick<TraceSkeleton, "orphanRows" | "lostParentIds"> {
  const rows: number[] = [];
  for (const [row, span] of spans.entries()) {
    if (marks[span] === RowFlag.orphan) rows.push(row);
  }
  const orphanRows = Uint32Array.from(rows);
  const lostParentIds = new Uint8Array(orphanRows.length * 8);
  const view = new DataView(lostParentIds.buffer);
  for (const [index, row] of orphanRows.entries()) {
    const span = spans[row] ?? 0;
    view.setUint32(index * 8, outlines.parentIdHigh[span] ?? 0);
    view.setUint32(index * 8 + 4, outlines.parentIdLow[span] ?? 0);
  }
  return { orphanRows, lostParentIds };
}

function earliestStart(outlines: SpanOutlines): bigint {
  let earliest = 0n;
  for (let span = 0; span < outlines.count; span += 1) {
    const start = outlines.startTimeUnixNano[span] ?? 0n;
    if (start > 0n && (earliest === 0n || start < earliest)) earliest = start;
  }
  return earliest;
}
