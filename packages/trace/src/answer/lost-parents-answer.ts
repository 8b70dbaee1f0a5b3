/* What the native API answers about parents that never arrived. */
import type { LostParentReason } from "../analysis/lost-parents.ts";
import type { Coverage } from "./answers.ts";

/** Spans whose missing parents are asked about at once; their ids stand in an address. */
export const LOST_PARENTS_MAX = 50;

/** `GET /api/v1/traces/{traceId}/lost-parents`: why the parents of some spans may be missing. */
export interface LostParentsAnswer extends Coverage {
  readonly traceId: string;
  /** By parent, in the order of their first child. A span that has its parent is in none. */
  readonly reasons: readonly LostParentReason[];
  /** Other traces that were looked at. */
  readonly traceCount: number;
}
