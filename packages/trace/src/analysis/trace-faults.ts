/*
 * What is wrong with the tracing of a request, as far as its trace shows it: spans that never
 * arrived, values that were cut, clocks that run backwards. Not what was wrong with the request.
 */
import { keys } from "../semconv/keys.ts";
import type { TraceTree, TreeProblem } from "./tree.ts";

/** One kind of fault of one trace. */
export interface TraceFault {
  readonly code:
    | "root_missing"
    | "parent_missing"
    | "parent_is_self"
    | "parent_cycle"
    | "span_repeated"
    | "span_id_shared"
    | "end_before_start"
    | "value_cut"
    | "attributes_dropped"
    | "events_dropped"
    | "links_dropped";
  /** Spans, or of what was dropped the number of things. */
  readonly count: number;
  /** The spans that show it, at most ten. */
  readonly spanIds: readonly string[];
  /** Plain text without a full stop. */
  readonly sentence: string;
}

const SPAN_IDS_MAX = 10;

/** The faults of a trace, each kind once, in a fixed order. Cost: O(n). */
export function traceFaults(tree: TraceTree): TraceFault[] {
  return [rootFault(tree), ...placeFaults(tree), ...lossFaults(tree)].filter(
    (fault) => fault.count > 0,
  );
}

function rootFault({ roots, nodes }: TraceTree): TraceFault {
  const isMissing = nodes.length > 0 && roots.every(({ place }) => place !== "root");
  return {
    code: "root_missing",
    count: isMissing ? 1 : 0,
    spanIds: [],
    sentence: "the root never arrived: its process lost it, or has not sent it yet",
  };
}

const PLACE_SENTENCES: Readonly<Record<TreeProblem["kind"], string>> = {
  parent_missing: "the parent never arrived: it was lost, sampled out, or is still open",
  parent_is_self: "the span names itself as its parent",
  parent_cycle: "spans name each other as parents",
  span_repeated: "the span came more than once; copies are left out",
  span_id_shared: "several spans have one id",
  end_before_start: "the span ends before it starts: a clock was set back",
};

function placeFaults({ problems }: TraceTree): TraceFault[] {
  const spanIds = new Map<TreeProblem["kind"], string[]>();
  for (const problem of problems) {
    const ids = spanIds.get(problem.kind) ?? [];
    spanIds.set(problem.kind, ids);
    ids.push(...("spanIds" in problem ? problem.spanIds : [problem.spanId]));
  }
  return Array.from(spanIds, ([code, ids]) => ({
    code,
    count: ids.length,
    spanIds: ids.slice(0, SPAN_IDS_MAX),
    sentence: PLACE_SENTENCES[code],
  }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function lossFaults({ nodes }: TraceTree): TraceFault[] {
  const spans = nodes.map(({ span }) => span);
  const fault = (
    code: TraceFault["code"],
    sentence: string,
    count: (span: (typeof spans)[number]) => number,
  ): TraceFault => {
    const counts = spans.map(count);
    const ids = spans.filter((_, index) => (counts[index] ?? 0) > 0).map(({ spanId }) => spanId);
    return { code, count: sum(counts), spanIds: ids.slice(0, SPAN_IDS_MAX), sentence };
  };
  return [
    fault("value_cut", "a value was too long and is not whole", ({ attributes, events }) => {
      const owners = [attributes, ...events.map((event) => event.attributes)];
      const isCut = owners.some(
        (one) => one.has(keys.spoorTruncated) || one.has(keys.spoorTruncatedKeys),
      );
      return isCut ? 1 : 0;
    }),
    fault("attributes_dropped", "the sender left attributes out", (span) => {
      const { droppedAttributesCount, events, links } = span;
      return sum([
        droppedAttributesCount,
        ...events.map((event) => event.droppedAttributesCount),
        ...links.map((link) => link.droppedAttributesCount),
      ]);
    }),
    fault("events_dropped", "the sender left events out", (span) => span.droppedEventsCount),
    fault("links_dropped", "the sender left links out", (span) => span.droppedLinksCount),
  ];
}
