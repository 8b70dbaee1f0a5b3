/* What the hints of a metrics query ask for, and which spans are a sample. */
import type { Query } from "../syntax/syntax-tree.ts";

/** What the hints of a metrics query ask for. */
export interface MetricsHints {
  /** Share of traces to look at, more than 0 to 1. */
  readonly traceShare: number;
  /** Share of spans. */
  readonly spanShare: number;
  /** Exemplars for each series, at most. */
  readonly exemplars: number;
  /** Buckets of a histogram for each doubling. */
  readonly buckets: number;
}

/** The hints of a query. `with(sample=true)` leaves the choice to us: everything is looked at. */
export function metricsHints({ hints }: Query): MetricsHints {
  const found = { traceShare: 1, spanShare: 1, exemplars: 0, buckets: 1 };
  for (const { name, value } of hints) {
    if (name === "exemplars") {
      found.exemplars = typeof value === "number" ? value : value === true ? EXEMPLARS_DEFAULT : 0;
    }
    if (typeof value !== "number") continue;
    if (name === "sample" || name === "trace_sample") found.traceShare = value;
    if (name === "span_sample") found.spanShare = value;
    if (name === "buckets") found.buckets = value;
  }
  return found;
}

const EXEMPLARS_DEFAULT = 100;

/** Whether an id belongs to a sample: the last 32 bits of ids are random, by W3C Trace Context. */
export function isSampled(id: string, share: number): boolean {
  return share >= 1 || parseInt(id.slice(-8), 16) < share * 2 ** 32;
}
