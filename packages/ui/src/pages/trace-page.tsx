/*
 * One trace from the server: read, kept up to date, and shown.
 */
import type { Running } from "@spoor/trace";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import type { TraceSearch } from "../address/search.ts";
import { problemOf, readSpans } from "../data/api-client.ts";
import { SpanCache } from "../data/span-cache.ts";
import { type Arrival, type ReadTrace, useTrace } from "../data/trace-queries.ts";
import { countText } from "../design/time-text.ts";
import { useElapsedMs } from "../design/use-elapsed-ms.ts";
import { ProblemNotice } from "../views/problem-notice.tsx";
import { grown, skeletonOfSpans, traceModel } from "../views/trace-model.ts";
import { TraceScreen } from "./trace-screen.tsx";
import { useTraceSearch } from "./use-trace-search.ts";

const route = getRouteApi("/t/$traceId");

/** `/t/<trace id, or its beginning>`; the search says what of it is shown. */
export function TracePage() {
  const { traceId } = route.useParams();
  const { answer, arrival } = useTrace(traceId);
  const { data, dataUpdatedAt, error, isFetching, refetch } = answer;
  useEffect(() => {
    document.title = `${traceId.slice(0, 8)} · Spoor`;
  }, [traceId]);
  if (data !== undefined) return <LoadedTrace key={traceId} read={data} nowMs={dataUpdatedAt} />;
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

interface LoadedTraceProps {
  readonly read: ReadTrace;
  readonly nowMs: number;
}

function LoadedTrace({ read, nowMs }: LoadedTraceProps) {
  const elapsedMs = useElapsedMs(read, canGrow(read));
  const spans = useSpans(read);
  const model = useMemo(() => {
    const running: Running = grown(read, elapsedMs);
    const skeleton = read.skeleton ?? skeletonOfSpans(read.traceId, read.spans ?? [], running.open);
    return traceModel({ skeleton, spans, running });
  }, [read, spans, elapsedMs]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const write = useCallback(
    (next: TraceSearch) => void navigate({ search: next, replace: true }),
    [navigate],
  );
  const state = useTraceSearch(search, write);
  return <TraceScreen model={model} coverage={read.coverage} nowMs={nowMs} state={state} />;
}

/** A large trace is drawn anew only when the server told of it. */
function canGrow({ skeleton, open }: ReadTrace): boolean {
  return skeleton === undefined && open.some(({ state }) => state === "open");
}

/** A trace that is read in parts keeps what it has of its spans when it is read again. */
function useSpans({ traceId, spans }: ReadTrace): SpanCache {
  const cache = useMemo(
    () =>
      spans === undefined
        ? new SpanCache([], (ids, signal) => readSpans(traceId, ids, signal))
        : new SpanCache(spans),
    [traceId, spans],
  );
  useEffect(() => () => cache.close(), [cache]);
  return cache;
}
