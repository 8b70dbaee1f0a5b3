/*
 * A trace that is here, wherever it came from: kept growing while it runs, and shown.
 */
import { type Running, skeletonSpanId } from "@spoor/trace";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { TraceSearch } from "../address/search.ts";
import { readSpans } from "../data/api-client.ts";
import { SpanCache } from "../data/span-cache.ts";
import { type ReadTrace, useLostParents } from "../data/trace-queries.ts";
import { useElapsedMs } from "../design/use-elapsed-ms.ts";
import {
  grown,
  skeletonOfSpans,
  toldCount,
  type TraceModel,
  traceModel,
  withTold,
} from "../views/trace-model.ts";
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
  const told = useTold(model);
  return <TraceScreen model={told} coverage={read.coverage} nowMs={nowMs} state={state} />;
}

/** The model with what is told besides, as soon as it is here. */
function useTold(model: TraceModel): TraceModel {
  const { shape, spans, isStored } = model;
  const { skeleton, lostParents } = shape;
  const orphanIds = useMemo(
    () => lostParents.map(({ rows: [first = 0] }) => skeletonSpanId(skeleton, first)),
    [skeleton, lostParents],
  );
  const reasons = useLostParents({ traceId: skeleton.traceId, isStored }, orphanIds);
  const count = useSyncExternalStore(spans.subscribe, () => toldCount(model));
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- what is here changes under its count
  return useMemo(() => withTold(model, reasons), [model, reasons, count]);
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
