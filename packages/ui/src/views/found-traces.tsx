/*
 * The traces that a query found. The bar of each is the trace from its start to its end, with the
 * spans that were found at their places.
 */
import type { FoundTraceDocument } from "@spoor/trace";
import { type TraceColumns, TraceTable } from "./trace-table.tsx";
import "./found-traces.css";

/** What {@link FoundTraces} takes. */
export interface FoundTracesProps {
  readonly traces: readonly FoundTraceDocument[];
  readonly nowMs: number;
}

const COLUMNS: TraceColumns<FoundTraceDocument> = {
  caption: "Traces that were found",
  className: "found-traces",
  barTitle: "Found spans in it",
  bar: (trace) => <FoundBar trace={trace} />,
  countTitle: "Found",
  count: ({ groups }) => groups.reduce((sum, { spanCount }) => sum + spanCount, 0),
  spanId: ({ groups }) => groups.flatMap(({ spans }) => spans)[0]?.spanId ?? "",
  labels: ({ groups }) =>
    groups
      .flatMap(({ labels }) => labels)
      .map(({ name, text }) => `${name} ${text}`)
      .join(" · "),
};

/** A row opens the trace at the first span that was found. */
export function FoundTraces({ traces, nowMs }: FoundTracesProps) {
  return <TraceTable traces={traces} nowMs={nowMs} columns={COLUMNS} />;
}

function FoundBar({ trace }: { readonly trace: FoundTraceDocument }) {
  const start = BigInt(trace.startTimeUnixNano);
  const length = Math.max(1, Number(trace.durationNano));
  const share = (nano: number): string => `${Math.min(100, Math.max(0, (nano / length) * 100))}%`;
  return (
    <div className="found-track">
      {trace.groups
        .flatMap(({ spans }) => spans)
        .map((span) => (
          <span
            key={span.spanId}
            style={{
              left: share(Number(BigInt(span.startTimeUnixNano) - start)),
              width: share(Number(span.durationNano)),
            }}
          />
        ))}
    </div>
  );
}
