/*
 * Whether those sent spans who held what a finished span waited for.
 *
 * While the span was open, the live room knew who sends. A finished span has only what its own
 * process could know, which leaves that open. The store knows it as well, for as long as it keeps
 * spans: a process that sent any has some around the time of the wait. That one sent none follows
 * only where every span of that time says of which process it is; else nothing is said.
 */
import type { MatchedSpan, SearchAnswer, SearchRequest } from "@spoor/store";
import {
  type AttributeValue,
  keys,
  type Span,
  type SpanEvent,
  type Trace,
  WAIT_EVENT_NAME,
} from "@spoor/trace";
import {
  HOLDER_QUERIES_MAX,
  HOLDER_SEARCH_MS_MAX,
  HOLDER_SPANS_MAX,
  HOLDER_SPANS_WINDOW_NANO,
  HOLDER_TRACES_MAX,
} from "../base/limits.ts";
import { type ProcessPlace, processPlace } from "../base/process-place.ts";
import {
  type HolderProcess,
  type KnownSenders,
  undecidedHolders,
  withInstrumentation,
} from "../live/instrumentation.ts";
import { checked } from "./ask-query.ts";
import { literalOf } from "./field-value.ts";
import { isProblem } from "./problem.ts";
import type { ApiRequest } from "./route.ts";

type Parts = Pick<ApiRequest, "store">;

/** `trace` with what is known of the holders in it. Costs nothing where no span kept a wait. */
export async function withKeptHolders(trace: Trace, parts: Parts): Promise<Trace> {
  const waiting = trace.spans.filter((span) => holdersOf(span).length > 0);
  const queries = [...new Set(waiting.flatMap(holdersOf).flatMap(queriesFor))];
  if (queries.length === 0 || queries.length > HOLDER_QUERIES_MAX) return trace;
  const interval = intervalOf(waiting);
  const [doAllTell, ...found] = await Promise.all([
    allTell(interval, parts),
    ...queries.map((query) => sendersBy(query, interval, parts)),
  ]);
  const senders = {
    places: found.flatMap(({ places }) => places),
    isComplete: doAllTell && found.every((one) => one.isComplete),
  };
  return { ...trace, spans: trace.spans.map((span) => decided(span, senders)) };
}

/** Inside of its container a process has another number than its reporter saw. */
function queriesFor({ pid, container }: HolderProcess): string[] {
  const literal = container === "" ? undefined : literalOf(container);
  return [
    `{ resource.process.pid = ${pid} }`,
    ...(literal === undefined ? [] : [`{ resource.container.id = ${literal} }`]),
  ];
}

interface Interval {
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
}

function isWait({ name }: SpanEvent): boolean {
  return name === WAIT_EVENT_NAME;
}

function holdersOf({ events }: Span): HolderProcess[] {
  return events.filter(isWait).flatMap(({ attributes }) => undecidedHolders(attributes));
}

function decided(span: Span, senders: KnownSenders): Span {
  if (holdersOf(span).length === 0) return span;
  const place = processPlace(span.resource);
  const events = span.events.map((event) =>
    isWait(event)
      ? { ...event, attributes: withInstrumentation(event.attributes, place, senders) }
      : event,
  );
  return { ...span, events };
}

function intervalOf(spans: readonly Span[]): Interval {
  let [from, to] = [spans[0]?.startTimeUnixNano ?? 0n, 0n];
  for (const { startTimeUnixNano: start, endTimeUnixNano: end } of spans) {
    if (start < from) from = start;
    if (end > to) to = end;
  }
  const fromUnixNano = from > HOLDER_SPANS_WINDOW_NANO ? from - HOLDER_SPANS_WINDOW_NANO : 0n;
  return { fromUnixNano, toUnixNano: to + HOLDER_SPANS_WINDOW_NANO };
}

/** What says where a process runs. */
const SELECTION = [keys.hostId, keys.hostName, keys.processPid, keys.containerId]
  .map((key) => `resource.${key}`)
  .join(", ");

/** Where processes ran that a query finds by their spans; incomplete when there may be more. */
async function sendersBy(query: string, interval: Interval, parts: Parts): Promise<KnownSenders> {
  const bounds = { ...interval, limit: HOLDER_TRACES_MAX, spanLimit: HOLDER_SPANS_MAX };
  const found = await search(`${query} | select(${SELECTION})`, bounds, parts);
  if (found === undefined) return { places: [], isComplete: false };
  const groups = found.traces.flatMap((trace) => trace.groups);
  const places = groups.flatMap(({ spans }) => spans).map(placeOf);
  const isWhole = groups.every(({ spans, spanCount }) => spans.length === spanCount);
  return {
    places: places.filter((place) => place !== undefined),
    isComplete: found.complete && isWhole && !places.includes(undefined),
  };
}

function placeOf({ fields }: MatchedSpan): ProcessPlace | undefined {
  const attributes = new Map<string, AttributeValue>();
  for (const { name, value } of fields) {
    const key = name.slice("resource.".length);
    if (typeof value === "string" || typeof value === "bigint") attributes.set(key, value);
  }
  return processPlace({ attributes });
}

/** Whether every span of that time says of which process it is. */
async function allTell(interval: Interval, parts: Parts): Promise<boolean> {
  const bounds = { ...interval, limit: 1, spanLimit: 0 };
  const found = await search("{ resource.process.pid = nil }", bounds, parts);
  return found !== undefined && found.complete && found.traces.length === 0;
}

/** Undefined for a search that failed: then nothing is known, which the answer can bear. */
async function search(
  traceql: string,
  bounds: Interval & Pick<SearchRequest, "limit" | "spanLimit">,
  { store }: Parts,
): Promise<SearchAnswer | undefined> {
  const query = checked(traceql);
  if (isProblem(query)) return undefined;
  return await store
    .search({ query, ...bounds, timeoutMs: HOLDER_SEARCH_MS_MAX })
    .catch(() => undefined);
}
