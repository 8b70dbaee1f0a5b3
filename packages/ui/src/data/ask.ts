/*
 * The questions of Explore, Compare and Health, and the answers to them.
 */
import type {
  AttributeKeysAnswer,
  BaselineAnswer,
  ComparisonAnswer,
  CompletionAnswer,
  ConsistencyAnswer,
  DifferenceAnswer,
  DifferenceRequest,
  FindingsAnswer,
  GroupsAnswer,
  HeatmapAnswer,
  LogRecordsAnswer,
  LogSearchAnswer,
  LossAnswer,
  QueryRangeAnswer,
  ServiceMapAnswer,
  ServicesAnswer,
  TraceAnswer,
  TraceSearchAnswer,
} from "@spoor/trace";
import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { readJson } from "./api-client.ts";

/** Something to ask the server, and what kind of answer it gives. */
export interface Question<T> {
  readonly path: string;
  /** With it, it is a POST. */
  readonly body?: string;
  /** Never there: it only ties the answer's type to the question. */
  readonly answer?: T;
}

/** A query and the time it is about, as the API takes them. */
export interface QueryInTime {
  readonly q: string;
  readonly from: string;
  readonly to: string;
}

type Parameters = Readonly<Record<string, string | number | undefined>>;

function question<T>(name: string, parameters: Parameters = {}): Question<T> {
  const fields = Object.entries(parameters).flatMap(([key, value]) =>
    value === undefined || value === "" ? [] : [[key, String(value)]],
  );
  const text = new URLSearchParams(fields).toString();
  return { path: `/api/v1/${name}${text === "" ? "" : `?${text}`}` };
}

/** What {@link searchQuestion} takes. */
export interface SearchOptions extends QueryInTime {
  readonly sort: "recent" | "duration";
  readonly limit: number;
  /** Spans shown of each trace. */
  readonly spans: number;
  /** What the page before said of the next one; empty for the first. */
  readonly page?: string;
}

/** Traces that a query finds. */
export function searchQuestion(options: SearchOptions): Question<TraceSearchAnswer> {
  return question("search", { ...options });
}

/** How many spans began when and took how long. */
export function heatmapQuestion(asked: QueryInTime): Question<HeatmapAnswer> {
  return question("heatmap", { ...asked });
}

/** What a query finds, divided by a field. */
export function groupsQuestion(
  asked: QueryInTime,
  by: string,
  limit: number,
): Question<GroupsAnswer> {
  return question("groups", { ...asked, by, limit });
}

/** Series of numbers; `step` in ns, or as `5m`. */
export function rangeQuestion(asked: QueryInTime, step: string): Question<QueryRangeAnswer> {
  return question("query-range", { ...asked, step });
}

/** What is different about some spans. */
export function differenceQuestion(request: DifferenceRequest): Question<DifferenceAnswer> {
  return { path: "/api/v1/difference", body: JSON.stringify(request) };
}

/** Who sent spans. */
export function servicesQuestion(from: string): Question<ServicesAnswer> {
  return question("services", { from });
}

/** What there is to ask for. */
export function keysQuestion(from: string, limit: number): Question<AttributeKeysAnswer> {
  return question("keys", { from, limit });
}

/** Who calls whom. */
export function mapQuestion(from: string, to: string): Question<ServiceMapAnswer> {
  return question("map", { from, to });
}

/** How long an operation usually takes, and what share of it was shorter than `durationNano`. */
export function baselineQuestion(asked: {
  readonly service: string;
  readonly name: string;
  readonly durationNano: number;
  readonly from: string;
  readonly to: string;
}): Question<BaselineAnswer> {
  const { durationNano, ...rest } = asked;
  return question("baseline", { ...rest, duration: Math.round(durationNano) });
}

/** What may be inserted at a cursor of a query. */
export function completeQuestion(q: string, cursor: number): Question<CompletionAnswer> {
  return question("complete", { q, cursor });
}

/** Two traces laid over each other. */
export function compareQuestion(a: string, b: string): Question<ComparisonAnswer> {
  return question("compare", { a, b });
}

/** All of one trace. */
export function traceQuestion(traceId: string): Question<TraceAnswer> {
  return question(`traces/${encodeURIComponent(traceId)}`);
}

/** What was logged in one trace. */
export function logsQuestion(traceId: string): Question<LogRecordsAnswer> {
  return question(`traces/${encodeURIComponent(traceId)}/logs`);
}

/** What {@link logSearchQuestion} takes. */
export interface LogSearchOptions {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  /** With a trace or without; both when absent. */
  readonly trace?: "with" | "without";
}

/** What was logged, whatever it belongs to. */
export function logSearchQuestion(options: LogSearchOptions): Question<LogSearchAnswer> {
  return question("logs", { ...options });
}

/** Whether the parts of traces fit together. */
export function consistencyQuestion(): Question<ConsistencyAnswer> {
  return question("consistency");
}

/** What became of every span. */
export function lossQuestion(): Question<LossAnswer> {
  return question("loss");
}

/** What processes found wrong with their tracing. */
export function findingsQuestion(): Question<FindingsAnswer> {
  return question("findings");
}

/** How an answer is kept fresh. */
export interface AnswerOptions {
  /** Asked again after so many ms; not at all without. */
  readonly everyMs?: number;
}

/** The answer to `asked`; nothing is asked while it is undefined. The last stays until the next. */
export function useAnswer<T>(
  asked: Question<T> | undefined,
  { everyMs }: AnswerOptions = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: ["ask", asked?.path ?? "", asked?.body ?? ""],
    queryFn: ({ signal }) => readJson<T>(asked?.path ?? "", signal, asked?.body),
    enabled: asked !== undefined,
    refetchInterval: everyMs ?? false,
    // T is whatever the question before it was answered with: of the same kind.
    placeholderData: (before: unknown) => before as never,
  });
}

/** The answers to several questions of one kind, in their order. */
export function useAnswers<T>(
  asked: readonly Question<T>[],
  { everyMs }: AnswerOptions = {},
): UseQueryResult<T>[] {
  return useQueries({
    queries: asked.map(({ path, body }) => ({
      queryKey: ["ask", path, body ?? ""],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => readJson<T>(path, signal, body),
      refetchInterval: everyMs ?? (false as const),
    })),
  });
}
