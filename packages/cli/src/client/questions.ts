/* What the verbs ask about queries. */
import type {
  BaselineAnswer,
  ComparisonAnswer,
  CompletionAnswer,
  GroupsAnswer,
  LogSearchAnswer,
  LostParentsAnswer,
  SpanKindName,
  TraceSearchAnswer,
} from "@spoor/trace";
import type { SpoorClient } from "./spoor-client.ts";

/** Spans of which interval. Times as the server takes them. */
export interface Interval {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Traces that a query finds. */
export function search(
  client: SpoorClient,
  parameters: Interval & {
    readonly q: string;
    readonly limit: number;
    readonly spans?: number;
    readonly sort?: string | undefined;
    readonly page?: string | undefined;
  },
): Promise<TraceSearchAnswer> {
  return client.ask({
    path: "search",
    parameters: { ...parameters },
    field: "traces",
    goal: "find traces",
  });
}

/** Log records of any trace and of none. */
export function searchLogs(
  client: SpoorClient,
  parameters: Interval & {
    readonly service: string | undefined;
    readonly severity: string | undefined;
    readonly contains: string | undefined;
    readonly trace: "with" | "without" | undefined;
    readonly limit: number;
    readonly page: string | undefined;
  },
): Promise<LogSearchAnswer> {
  return client.ask({
    path: "logs",
    parameters: { ...parameters },
    field: "logs",
    goal: "find log records",
  });
}

/** What a query finds, divided by a field. */
export function groups(
  client: SpoorClient,
  parameters: Interval & {
    readonly q: string;
    readonly by: string | undefined;
    readonly limit: number;
  },
): Promise<GroupsAnswer> {
  return client.ask({
    path: "groups",
    parameters: { ...parameters },
    field: "groups",
    goal: "measure groups",
  });
}

/** Why the parents of some spans of a trace may never have arrived. */
export function lostParents(
  client: SpoorClient,
  { traceId, spanIds }: { readonly traceId: string; readonly spanIds: readonly string[] },
): Promise<LostParentsAnswer> {
  return client.ask({
    path: `traces/${encodeURIComponent(traceId)}/lost-parents`,
    parameters: { spans: spanIds.join() },
    field: "reasons",
    goal: "ask why parents are missing",
  });
}

/** How long something usually takes. */
export function baseline(
  client: SpoorClient,
  parameters: Readonly<Record<"service" | "name", string>> & {
    readonly kind: SpanKindName | undefined;
  } & Interval,
): Promise<BaselineAnswer> {
  return client.ask({
    path: "baseline",
    parameters: { ...parameters },
    field: "p50Nano",
    goal: "read what is usual",
  });
}

/** What differs between two traces; `typical` stands for the usual one. */
export function compare(
  client: SpoorClient,
  parameters: Readonly<Record<"a" | "b", string>>,
): Promise<ComparisonAnswer> {
  return client.ask({ path: "compare", parameters, field: "places", goal: "compare traces" });
}

/** What may stand at the end of a query. */
export function complete(client: SpoorClient, q: string): Promise<CompletionAnswer> {
  return client.ask({
    path: "complete",
    parameters: { q },
    field: "items",
    goal: "complete a query",
  });
}

/** Names that the server lists, most frequent first; `path` is services, names, keys or values. */
export function list<T>(
  client: SpoorClient,
  path: string,
  {
    field,
    ...parameters
  }: { readonly field: keyof T & string } & Readonly<Record<string, string | number>>,
): Promise<T> {
  return client.ask<T>({ path, parameters, field, goal: `list ${path}` });
}
