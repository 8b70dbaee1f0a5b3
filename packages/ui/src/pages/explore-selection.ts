/*
 * Which spans are compared with the rest when nobody has drawn a box: those that failed, if any,
 * else the slowest hundredth. So there is always an answer to look at.
 */
import type { DifferenceRequest } from "@spoor/trace";
import type { SelectionName } from "../address/explore-search.ts";
import type { HeatBox } from "../geometry/heat-box.ts";
import type { HeatTotals } from "../geometry/heat-scale.ts";
import type { QueryInTime } from "../data/ask.ts";
import { withCondition } from "../data/query-text.ts";

/** What is selected, in words and as a request. */
export interface ExploreSelection {
  readonly name: SelectionName | "box";
  /** `the 12 errors` */
  readonly what: string;
  readonly request: DifferenceRequest;
}

/** What {@link selectionOf} takes. */
export interface SelectionOptions {
  /** In TraceQL, with its time. */
  readonly asked: QueryInTime;
  readonly totals: HeatTotals;
  readonly box: HeatBox | undefined;
  /** What somebody chose; undefined leaves it to this. */
  readonly chosen: SelectionName | undefined;
}

const GOOD = "{ status != error }";

/** The selection; undefined when there are no spans. */
export function selectionOf(options: SelectionOptions): ExploreSelection | undefined {
  const { asked, totals, box, chosen } = options;
  const { q, from, to } = asked;
  if (totals.spanCount === 0) return undefined;
  if (box !== undefined) {
    const { fromUnixNano, toUnixNano, durationMinNano, durationMaxNano } = box;
    const inBox = {
      from: fromUnixNano.toString(),
      to: toUnixNano.toString(),
      durationMinNano,
      durationMaxNano,
    };
    return { name: "box", what: "the box", request: { selection: { q, from, to, box: inBox } } };
  }
  if (totals.errorCount > 0 && chosen !== "slowest") {
    const errors = `the ${totals.errorCount.toLocaleString("en")} `;
    return {
      name: "errors",
      what: `${errors}${totals.errorCount === 1 ? "error" : "errors"}`,
      request: {
        selection: { q: withCondition(q, "status = error"), from, to },
        // A query that finds nothing but errors is compared with what it leaves out.
        baseline: {
          q: totals.errorCount === totals.spanCount ? GOOD : withCondition(q, "status != error"),
          from,
          to,
        },
      },
    };
  }
  const slow = { durationMinNano: Math.floor(totals.p99Nano) };
  return {
    name: "slowest",
    what: "the slowest 1 %",
    request: { selection: { q, from, to, box: slow } },
  };
}
