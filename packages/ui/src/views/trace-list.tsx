import type { TraceSummaryDocument } from "@spoor/trace";
import { memo } from "react";
import { type TraceColumns, TraceTable } from "./trace-table.tsx";

/** What {@link TraceList} takes. */
export interface TraceListProps {
  readonly traces: readonly TraceSummaryDocument[];
  readonly nowMs: number;
}

const COLUMNS: TraceColumns<TraceSummaryDocument> = {
  caption: "Traces",
  className: "trace-list",
  barTitle: <span className="visually-hidden">Share of the slowest</span>,
  bar: ({ durationNano }, slowestNano) => (
    <div
      className="share"
      style={{ width: `${(Math.max(0, Number(durationNano)) / slowestNano) * 100}%` }}
    />
  ),
  countTitle: "Spans",
  count: ({ spanCount }) => spanCount,
  spanId: () => "",
  labels: () => "",
};

/** Traces in the order given. Drawn anew only when one of them changed. */
export const TraceList = memo(function TraceList({ traces, nowMs }: TraceListProps) {
  return <TraceTable traces={traces} nowMs={nowMs} columns={COLUMNS} />;
});
