/*
 * The traces that a query found. The bar of each is the trace from its start to its end, with the
 * spans that were found at their places.
 */
import { formatDuration, type FoundSpanDocument, type FoundTraceDocument } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { clockText, dayText, exactDurationText, exactTimeText } from "../design/time-text.ts";
import "./trace-list.css";
import "./found-traces.css";

/** What {@link FoundTraces} takes. */
export interface FoundTracesProps {
  readonly traces: readonly FoundTraceDocument[];
  readonly nowMs: number;
}

/** A table of traces; a row opens the trace at the first span that was found. */
export function FoundTraces({ traces, nowMs }: FoundTracesProps) {
  const looks = serviceLooks(traces.map(({ rootService }) => rootService));
  return (
    <table className="trace-list found-traces">
      <caption className="visually-hidden">Traces that were found</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Service</th>
          <th scope="col">Root span</th>
          <th scope="col" className="number">
            Duration
          </th>
          <th scope="col">Found spans in it</th>
          <th scope="col" className="number">
            Found
          </th>
          <th scope="col" className="number">
            Errors
          </th>
        </tr>
      </thead>
      <tbody>
        {traces.map((trace) => (
          <FoundTrace
            key={trace.traceId}
            trace={trace}
            look={looks.get(trace.rootService)}
            nowMs={nowMs}
          />
        ))}
      </tbody>
    </table>
  );
}

interface FoundTraceProps {
  readonly trace: FoundTraceDocument;
  readonly look: ServiceLook | undefined;
  readonly nowMs: number;
}

function FoundTrace({ trace, look, nowMs }: FoundTraceProps) {
  const start = BigInt(trace.startTimeUnixNano);
  const spans = trace.groups.flatMap((group) => group.spans);
  const found = trace.groups.reduce((sum, { spanCount }) => sum + spanCount, 0);
  const [first] = spans;
  const day = dayText(start, nowMs);
  const labels = trace.groups.flatMap((group) => group.labels);
  return (
    <tr>
      <td className="time" title={exactTimeText(start)}>
        {day !== "" && <span className="day">{day} </span>}
        {clockText(start)}
      </td>
      <td className="service" title={trace.services.join(", ")}>
        <Monogram service={trace.rootService} look={look} />
        <span className="service-name">{trace.rootService}</span>
        {trace.services.length > 1 && <span className="more">+{trace.services.length - 1}</span>}
      </td>
      <td className="name">
        {!trace.hasRoot && <span className="rootless">? no root yet</span>}
        <Link
          to="/t/$traceId"
          params={{ traceId: trace.traceId }}
          search={first === undefined ? {} : { s: first.spanId }}
          data-trace-row=""
        >
          {trace.rootName === "" ? "(no name)" : trace.rootName}
        </Link>
        {labels.length > 0 && (
          <span className="more">
            {labels.map(({ name, text }) => `${name} ${text}`).join(" · ")}
          </span>
        )}
      </td>
      <td className="number" title={exactDurationText(BigInt(trace.durationNano))}>
        {formatDuration(BigInt(trace.durationNano))}
      </td>
      <td className="found-bar" aria-hidden="true">
        <Bar trace={trace} spans={spans} />
      </td>
      <td className="number">{found.toLocaleString("en")}</td>
      <td className="number">
        {trace.errorCount > 0 && (
          <span className="errors">
            <span aria-hidden="true">✕ </span>
            {trace.errorCount.toLocaleString("en")}
          </span>
        )}
      </td>
    </tr>
  );
}

interface BarProps {
  readonly trace: FoundTraceDocument;
  readonly spans: readonly FoundSpanDocument[];
}

function Bar({ trace, spans }: BarProps) {
  const start = BigInt(trace.startTimeUnixNano);
  const length = Math.max(1, Number(trace.durationNano));
  const share = (nano: number): string => `${Math.min(100, Math.max(0, (nano / length) * 100))}%`;
  return (
    <div className="found-track">
      {spans.map((span) => (
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
