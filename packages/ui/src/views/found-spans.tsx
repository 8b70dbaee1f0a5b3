import { formatDuration, type FoundTraceDocument } from "@spoor/trace";
import { Link } from "@tanstack/react-router";
import { Monogram } from "../design/monogram.tsx";
import { serviceLooks } from "../design/service-colour.ts";
import { clockText, countText, exactTimeText } from "../design/time-text.ts";
import "./service-map.css";

/** The spans that a query found, trace by trace, with what it selected of them. */
export function FoundSpans({ traces }: { readonly traces: readonly FoundTraceDocument[] }) {
  const rows = traces.flatMap(({ traceId, groups }) =>
    groups.flatMap(({ spans }) => spans.map((span) => ({ traceId, span }))),
  );
  const found = traces
    .flatMap(({ groups }) => groups)
    .reduce((sum, { spanCount }) => sum + spanCount, 0);
  const looks = serviceLooks(rows.map(({ span }) => span.service));
  return (
    <>
      {found > rows.length && (
        <p className="map-note">
          {countText(found - rows.length, "more span")} in these traces{" "}
          {found - rows.length === 1 ? "is" : "are"} not listed: of each trace the earliest are.
        </p>
      )}
      <table className="plain-table">
        <caption className="visually-hidden">Spans that were found</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Service</th>
            <th scope="col">Span</th>
            <th scope="col" className="number">
              Duration
            </th>
            <th scope="col">Selected</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ traceId, span }) => (
            <tr key={`${traceId} ${span.spanId}`}>
              <td title={exactTimeText(BigInt(span.startTimeUnixNano))}>
                {clockText(BigInt(span.startTimeUnixNano))}
              </td>
              <td>
                <Monogram service={span.service} look={looks.get(span.service)} /> {span.service}
              </td>
              <td>
                <Link
                  to="/t/$traceId"
                  params={{ traceId }}
                  search={{ s: span.spanId }}
                  data-trace-row=""
                >
                  {span.name === "" ? "(no name)" : span.name}
                </Link>
              </td>
              <td className="number">{formatDuration(BigInt(span.durationNano))}</td>
              <td>{span.fields.map(({ name, text }) => `${name} = ${text}`).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
