/* Which rows of a trace stand in a relation to others: the structural operators. */
import type { Relation } from "../syntax/syntax-tree.ts";
import type { Structure } from "./structure.ts";

/** Some rows of a trace: 1 for each that belongs. */
export type RowSet = Uint8Array;

/**
 * All rows that stand on the right of `relation` with some row of `lefts`: for `>>` those that have
 * an ancestor among them. No row is in a relation with itself.
 */
export function related(relation: Relation, lefts: RowSet, structure: Structure): RowSet {
  const { parents, order } = structure;
  const found = new Uint8Array(lefts.length);
  switch (relation) {
    case ">":
      for (const row of order) found[row] = lefts[parents[row] ?? -1] ?? 0;
      return found;
    case ">>":
      for (const row of order) {
        const parent = parents[row] ?? -1;
        found[row] = (lefts[parent] ?? 0) | (found[parent] ?? 0);
      }
      return found;
    case "<":
      for (const row of order) {
        const parent = parents[row] ?? -1;
        if (parent !== -1 && lefts[row] === 1) found[parent] = 1;
      }
      return found;
    case "<<":
      for (let at = order.length - 1; at >= 0; at -= 1) {
        const row = order[at] ?? -1;
        const parent = parents[row] ?? -1;
        if (parent !== -1 && (lefts[row] === 1 || found[row] === 1)) found[parent] = 1;
      }
      return found;
    case "~":
      return siblings(lefts, structure);
  }
}

function siblings(lefts: RowSet, { families }: Structure): RowSet {
  const counts = new Map<number, number>();
  for (const [row, family] of families.entries()) {
    if (family !== -1 && lefts[row] === 1) counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return lefts.map((isLeft, row) => {
    const family = families[row] ?? -1;
    return family !== -1 && (counts.get(family) ?? 0) > isLeft ? 1 : 0;
  });
}

/** The relation seen from the other side. */
export const REVERSED: Readonly<Record<Relation, Relation>> = {
  ">": "<",
  ">>": "<<",
  "<": ">",
  "<<": ">>",
  "~": "~",
};
