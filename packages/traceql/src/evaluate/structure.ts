/*
 * Who is whose child, among the spans of one trace, whatever arrived.
 *
 * 1. Rows are in the order of start, end, id. A parent is found by its id; where several rows have
 *    it, the first is the parent of all.
 * 2. A row whose parent is not there, or that names itself, is a root. What is below it has its
 *    place all the same: a trace whose root never arrived can be asked about.
 * 3. Of rows that name each other in a circle, the first becomes a root.
 * 4. The walk that numbers the rows begins with the roots that name no parent: a piece whose parent
 *    is missing changes no number of the tree that arrived.
 *
 * Nothing recurses. Cost: linear.
 */

/** What the structure is made from. */
export interface StructureRow {
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
}

/** The tree of a trace by row numbers. */
export interface Structure {
  /** The row of the parent, or -1. */
  readonly parents: Int32Array;
  /** Row numbers, a parent before its children. */
  readonly order: Int32Array;
  readonly childCounts: Int32Array;
  /** Numbers of a walk through the tree: entered and left, from 1. */
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  /**
   * Rows with one number here, other than -1, are siblings: they name the same parent, which need
   * not have arrived.
   */
  readonly families: Int32Array;
}

/** The structure of `rows`, which are ordered by start, end and id. */
export function structureOf(rows: readonly StructureRow[]): Structure {
  const parents = new Int32Array(rows.length).fill(-1);
  const families = new Int32Array(rows.length).fill(-1);
  const firstOfId = new Map<string, number>();
  for (const [row, { spanId }] of rows.entries()) {
    if (!firstOfId.has(spanId)) firstOfId.set(spanId, row);
  }
  const familyOfId = new Map<string, number>();
  for (const [row, { spanId, parentSpanId }] of rows.entries()) {
    if (parentSpanId === "" || parentSpanId === spanId) continue;
    const family = familyOfId.get(parentSpanId) ?? familyOfId.size;
    familyOfId.set(parentSpanId, family);
    families[row] = family;
    parents[row] = firstOfId.get(parentSpanId) ?? -1;
  }
  breakCircles(parents, families);
  const childCounts = new Int32Array(rows.length);
  for (const parent of parents) {
    if (parent !== -1) childCounts[parent] = (childCounts[parent] ?? 0) + 1;
  }
  return { parents, childCounts, families, ...walk(parents, rows) };
}

/** Makes the first row of each circle a root. */
function breakCircles(parents: Int32Array, families: Int32Array): void {
  // 0: not met; else the number of the walk that met it.
  const walks = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start += 1) {
    let row = start;
    while (row !== -1 && walks[row] === 0) {
      walks[row] = start + 1;
      row = parents[row] ?? -1;
    }
    if (row === -1 || walks[row] !== start + 1) continue;
    let first = row;
    for (let at = parents[row] ?? -1; at !== row; at = parents[at] ?? -1) {
      first = Math.min(first, at);
    }
    parents[first] = -1;
    families[first] = -1;
  }
}

/** Numbers the tree: siblings in the order of their rows; roots too, torn pieces last. */
function walk(
  parents: Int32Array,
  rows: readonly StructureRow[],
): Pick<Structure, "order" | "lefts" | "rights"> {
  const count = parents.length;
  // Children as linked lists, built backwards so that the first child comes first.
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  const roots: number[] = [];
  for (let row = count - 1; row >= 0; row -= 1) {
    const parent = parents[row] ?? -1;
    if (parent === -1) roots.push(row);
    else {
      nextSibling[row] = firstChild[parent] ?? -1;
      firstChild[parent] = row;
    }
  }
  const order = new Int32Array(count);
  const lefts = new Int32Array(count);
  const rights = new Int32Array(count);
  let number = 0;
  let met = 0;
  const isTorn = (row: number): number => (rows[row]?.parentSpanId === "" ? 0 : 1);
  for (const root of roots.toReversed().toSorted((a, b) => isTorn(a) - isTorn(b))) {
    let row = root;
    while (row !== -1) {
      number += 1;
      lefts[row] = number;
      order[met] = row;
      met += 1;
      let next = firstChild[row] ?? -1;
      // Leave whatever has no further child, up to one that has a sibling.
      while (next === -1 && row !== -1) {
        number += 1;
        rights[row] = number;
        next = row === root ? -1 : (nextSibling[row] ?? -1);
        row = row === root ? -1 : (parents[row] ?? -1);
      }
      row = next;
    }
  }
  return { order, lefts, rights };
}
