/*
 * One trace of any size: up to some two thousand spans whole, beyond that its shape, of which the
 * spans are read as somebody looks at them. Read again when the server tells of more.
 */
import {
  type Coverage,
  fromTraceDocument,
  type InflightAnswer,
  LOST_PARENTS_MAX,
  type LogRecordsAnswer,
  type LostParentReason,
  type LostParentsAnswer,
  type OpenSpan,
  type Span,
  type TraceSkeleton,
} from "@spoor/trace";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { readJson, readLogs, readSkeleton, readTrace } from "./api-client.ts";
import { useStream } from "./stream-context.tsx";

/** A trace of more spans is not read whole: it would take longer to read than to look at. */
const WHOLE_SPANS_MAX = 2_000;
/** A trace that grows is read again no more often than this. */
const REREAD_MS = 1_000;
/** The same for one that is read as a skeleton, which may be tens of megabytes. */
const REREAD_SKELETON_MS = 10_000;

/** A million rows come in hundreds of pieces; to draw each number takes longer than to read it. */
const ARRIVAL_SHARE = 0.1;

/** A trace as it was read, from the server or from a file. */
export interface ReadTrace {
  readonly traceId: string;
  /** All that have ended; undefined for a trace that was read as a skeleton. */
  readonly spans: readonly Span[] | undefined;
  /** Has the open spans as rows; undefined for a trace that was read whole. */
  readonly skeleton: TraceSkeleton | undefined;
  readonly open: readonly OpenSpan[];
  readonly nowUnixNano: bigint;
  readonly coverage: Coverage;
  /** False for one from a file, of which the server knows nothing. */
  readonly isStored: boolean;
}

/** How far the rows of a large trace have come. */
export interface Arrival {
  readonly arrived: number;
  readonly count: number;
}

/** One trace, kept up to date; `arrival` while its rows are on their way. */
export function useTrace(reference: string): {
  readonly answer: UseQueryResult<ReadTrace>;
  readonly arrival: Arrival | undefined;
} {
  const [arrival, setArrival] = useState<Arrival>();
  useReread(reference);
  const answer = useQuery({
    queryKey: ["trace", reference],
    queryFn: ({ signal }) => readAny(reference, setArrival, signal),
    // Comparing two answers of thousands of spans part by part takes longer than drawing one.
    structuralSharing: false,
  });
  return { answer, arrival };
}

/** The log records of one trace; of one that is not stored there are none. */
export function useTraceLogs(traceId: string, isStored: boolean): UseQueryResult<LogRecordsAnswer> {
  return useQuery({
    queryKey: ["logs", traceId],
    queryFn: ({ signal }) => readLogs(traceId, signal),
    enabled: isStored,
    structuralSharing: false,
  });
}

/** A parent that may still come is asked about again after this. */
const LOST_PARENTS_REREAD_MS = 15_000;

/**
 * Why the parents of these spans may never have arrived, by the id of the parent: of the first
 * fifty. Nothing for a trace that is not stored.
 */
export function useLostParents(
  { traceId, isStored }: Pick<ReadTrace, "traceId" | "isStored">,
  orphanIds: readonly string[],
): ReadonlyMap<string, LostParentReason> {
  const spans = orphanIds.slice(0, LOST_PARENTS_MAX).join();
  const { data } = useQuery({
    queryKey: ["lostParents", traceId, spans],
    queryFn: ({ signal }) =>
      readJson<LostParentsAnswer>(`/api/v1/traces/${traceId}/lost-parents?spans=${spans}`, signal),
    enabled: isStored && spans !== "",
    refetchInterval: ({ state }) =>
      state.data?.reasons.some(({ rule }) => rule === "may_be_open") === true
        ? LOST_PARENTS_REREAD_MS
        : false,
  });
  return useMemo(
    () => new Map(data?.reasons.map((reason) => [reason.parentSpanId, reason])),
    [data],
  );
}

async function readAny(
  reference: string,
  onArrival: (arrival: Arrival) => void,
  signal: AbortSignal,
): Promise<ReadTrace> {
  const answer = await readTrace({ reference, wholeUpTo: WHOLE_SPANS_MAX }, signal);
  const isLeftOut = answer.capped?.limit === WHOLE_SPANS_MAX && answer.trace.spans.length === 0;
  const { traceId } = answer.trace;
  if (!isLeftOut) {
    const { open, nowUnixNano } = answer;
    const { spans } = fromTraceDocument(answer.trace);
    const trace = { traceId, spans, skeleton: undefined, open };
    return { ...trace, nowUnixNano: BigInt(nowUnixNano), coverage: answer, isStored: true };
  }
  let told = 0;
  const tell = (arrived: number, count: number): void => {
    if (arrived - told < count * ARRIVAL_SHARE) return;
    told = arrived;
    onArrival({ arrived, count });
  };
  const { skeleton, end } = await readSkeleton(traceId, tell, signal);
  const { open, nowUnixNano } = end;
  const trace = { traceId, spans: undefined, skeleton, open };
  return { ...trace, nowUnixNano: BigInt(nowUnixNano), coverage: end, isStored: true };
}

function useReread(reference: string): void {
  const client = useQueryClient();
  const stream = useStream();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const known = (): ReadTrace | undefined => client.getQueryData(["trace", reference]);
    const reread = (): void => {
      timer = undefined;
      void client.invalidateQueries({ queryKey: ["trace", reference] });
      void client.invalidateQueries({ queryKey: ["logs"] });
    };
    const rereadSoon = (): void => {
      const isLarge = known()?.skeleton !== undefined;
      timer ??= setTimeout(reread, isLarge ? REREAD_SKELETON_MS : REREAD_MS);
    };
    const stop = stream.listen({
      traces: (traces) => {
        // The address may name the trace by a prefix.
        if (traces.some((trace) => trace.traceId.startsWith(reference))) rereadSoon();
      },
      inflight: (told) => {
        if (isRunning(reference, told, known())) rereadSoon();
      },
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, stream, reference]);
}

/** Whether what hangs says anything new of a trace: it has open spans, or had some. */
function isRunning(reference: string, told: InflightAnswer, known: ReadTrace | undefined): boolean {
  if (known !== undefined && known.open.length > 0) return true;
  return told.groups.some(({ requests }) =>
    requests.some((request) => request.traceId.startsWith(reference)),
  );
}
