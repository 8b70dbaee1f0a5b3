/*
 * A trace that is here, wherever it came from: kept growing while it runs, and shown.
 */
import type { Running } from "@spoor/trace";
import { useEffect, useMemo } from "react";
import type { TraceSearch } from "../address/search.ts";
import { readSpans } from "../data/api-client.ts";
import { SpanCache } from "../data/span-cache.ts";
import type { ReadTrace } from "../data/trace-queries.ts";
import { useElapsedMs } from "../design/use-elapsed-ms.ts";
import { grown, skeletonOfSpans, traceModel } from "../views/trace-model.ts";
import { TraceScreen } from "./trace-screen.tsx";
import { useTraceSearch } from "./use-trace-search.ts";

/** What {@link LoadedTrace} takes. */
export interface LoadedTraceProps {
  readonly read: ReadTrace;
  readonly nowMs: number;
  /** What the address says, and the way to change it. */
  readonly search: TraceSearch;
  readonly write: (search: TraceSearch) => void;
}

/** The page of a trace that is here. */
export function LoadedTrace({ read, nowMs, search, write }: LoadedTraceProps) {
  const elapsedMs = useElapsedMs(read, canGrow(read));
  const spans = useSpans(read);
  const state = useTraceSearch(search, write);
  const isCorrected = state.search.k === "1";
  const model = useMemo(() => {
    const running: Running = grown(read, elapsedMs);
    const skeleton = read.skeleton ?? skeletonOfSpans(read.traceId, read.spans ?? [], running.open);
    return traceModel({ skeleton, spans, running, isStored: read.isStored, isCorrected });
  }, [read, spans, elapsedMs, isCorrected]);
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
