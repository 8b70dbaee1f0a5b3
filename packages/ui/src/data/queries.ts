/*
 * What views ask for: answers of the server, kept fresh by the live connection.
 */
import type { InflightAnswer, StatusAnswer } from "@spoor/trace";
import { type Query, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useReducer } from "react";
import { readInflight, readStatus, readTraceList, type TraceListQuery } from "./api-client.ts";
import { EMPTY_LIST, type LiveTraceList, released, withArrived } from "./live-trace-list.ts";
import { useStream, useStreamState } from "./stream-context.tsx";

const STATUS_KEY = ["status"] as const;
const INFLIGHT_KEY = ["inflight"] as const;

/**
 * Reads again what is on the screen whenever the live connection opens, because nobody told of
 * what came in before. A trace that was just read is spared at the first opening: it may be large,
 * and should it still grow, the server says so again.
 */
export function useRereadOnOpen(): void {
  const client = useQueryClient();
  const { openCount } = useStreamState();
  useEffect(() => {
    if (openCount === 0) return;
    const predicate = ({ queryKey: [kind], state }: Query): boolean =>
      openCount > 1 || kind !== "trace" || state.status === "error";
    void client.invalidateQueries({ predicate });
  }, [client, openCount]);
}

/** Who listens where, and what has arrived. */
export function useStatus(): UseQueryResult<StatusAnswer> {
  const client = useQueryClient();
  const stream = useStream();
  useEffect(
    () => stream.listen({ status: (status) => client.setQueryData(STATUS_KEY, status) }),
    [client, stream],
  );
  return useQuery({ queryKey: STATUS_KEY, queryFn: ({ signal }) => readStatus(signal) });
}

/** Everything that hangs, and who would tell; told by the live connection. */
export function useInflight(): UseQueryResult<InflightAnswer> {
  const client = useQueryClient();
  const stream = useStream();
  useEffect(
    () => stream.listen({ inflight: (answer) => client.setQueryData(INFLIGHT_KEY, answer) }),
    [client, stream],
  );
  return useQuery({ queryKey: INFLIGHT_KEY, queryFn: ({ signal }) => readInflight(signal) });
}

/** A list of traces that grows by itself. */
export interface LiveTraces {
  readonly list: LiveTraceList;
  readonly answer: ReturnType<typeof useTraceAnswer>;
  /** Lets in what waited while the list was held. */
  readonly release: () => void;
}

/** The traces that fit `query`, live. While `isHeld`, no row moves and new ones wait. */
export function useLiveTraces(query: TraceListQuery, isHeld: boolean): LiveTraces {
  const stream = useStream();
  const answer = useTraceAnswer(query);
  const [list, change] = useReducer(
    (before: LiveTraceList, step: (list: LiveTraceList) => LiveTraceList) => step(before),
    EMPTY_LIST,
  );
  const release = (): void => change((before) => released(before, query));
  const arrived = answer.data?.traces;
  useEffect(() => {
    if (arrived === undefined) return;
    change((before) =>
      withArrived(before, arrived, { query, isHeld: isHeld && before.shown.length > 0 }),
    );
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a hold brings nothing new
  }, [arrived]);
  useEffect(
    () =>
      stream.listen({
        traces: (traces) => change((before) => withArrived(before, traces, { query, isHeld })),
      }),
    [stream, query, isHeld],
  );
  useEffect(() => {
    if (!isHeld) change((before) => released(before, query));
  }, [isHeld, query]);
  return { list, answer, release };
}

function useTraceAnswer(query: TraceListQuery) {
  return useQuery({
    queryKey: ["traces", query],
    queryFn: ({ signal }) => readTraceList(query, signal),
  });
}
