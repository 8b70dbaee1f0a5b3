/*
 * One trace from the server: read, kept up to date, and shown.
 */
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import type { TraceSearch } from "../address/search.ts";
import { problemOf } from "../data/api-client.ts";
import { type Arrival, type ReadTrace, useTrace } from "../data/trace-queries.ts";
import { countText } from "../design/time-text.ts";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { LoadedTrace } from "./loaded-trace.tsx";

const route = getRouteApi("/t/$traceId");

/** `/t/<trace id, or its beginning>`; the search says what of it is shown. */
export function TracePage() {
  const { traceId } = route.useParams();
  const { answer, arrival } = useTrace(traceId);
  const { data, dataUpdatedAt, error, isFetching, refetch } = answer;
  useEffect(() => {
    document.title = `${traceId.slice(0, 8)} · Spoor`;
  }, [traceId]);
  if (data !== undefined) return <StoredTrace key={traceId} read={data} nowMs={dataUpdatedAt} />;
  if (error === null) return <Reading traceId={traceId} arrival={arrival} />;
  const problem = problemOf(error);
  return (
    <ProblemNotice problem={problem} onRetry={() => void refetch()}>
      {problem.traceIds !== undefined && (
        <ul className="trace-candidates">
          {problem.traceIds.map((id) => (
            <li key={id}>
              <Link to="/t/$traceId" params={{ traceId: id }} className="code">
                {id}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {problem.status === 404 && (
        <p>
          This page shows it as soon as it arrives. <Link to="/">See the recent traces</Link>
        </p>
      )}
      {isFetching && <output>Asking again …</output>}
    </ProblemNotice>
  );
}

function Reading(props: { readonly traceId: string; readonly arrival: Arrival | undefined }) {
  const { traceId, arrival } = props;
  return (
    <p className="trace-loading">
      Reading trace {traceId} …{" "}
      {arrival !== undefined &&
        `${arrival.arrived.toLocaleString("en")} of ${countText(arrival.count, "span")}`}
    </p>
  );
}

/** What the address says of the trace. */
function StoredTrace(props: { readonly read: ReadTrace; readonly nowMs: number }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const write = useCallback(
    (next: TraceSearch) => void navigate({ search: next, replace: true }),
    [navigate],
  );
  return <LoadedTrace {...props} search={search} write={write} />;
}
