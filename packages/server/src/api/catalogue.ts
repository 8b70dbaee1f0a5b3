/* What there is to ask for: services, names, keys, values, calls, usual durations. */
import {
  type AttributeKeyEntry,
  type CatalogueQuery,
  type DurationHistogram,
  durationQuantileNano,
  type ServiceEdge,
  shorterShare,
} from "@spoor/store";
import {
  type AskedInterval,
  type AttributeKeysAnswer,
  type BaselineAnswer,
  type Coverage,
  formatDuration,
  type ServiceEdgeDocument,
  type ServiceMapAnswer,
  type ServicesAnswer,
  SPAN_KIND_NAMES,
  SpanKind,
  type SpanNamesAnswer,
} from "@spoor/trace";
import { CATALOGUE_ITEMS_MAX, USUAL_SPANS_MIN } from "../base/limits.ts";
import { coverage } from "./coverage.ts";
import { fieldNameOf, SCOPES, storeScope } from "./field-name.ts";
import { intervalInvalid } from "./interval.ts";
import {
  elapsed,
  optionalChoice,
  type Parameter,
  requiredText,
  text,
  time,
  wholeNumber,
} from "./parameter.ts";
import { type ApiRequest, type Route, route } from "./route.ts";

/** The parameters of every list. */
export const LISTED: Readonly<Record<"from" | "to", Parameter<bigint>>> & {
  readonly limit: Parameter<number>;
} = {
  from: time("The earliest start of a span; the whole hour counts", "-1d"),
  to: time("The latest start of a span, exclusive", "now"),
  limit: wholeNumber("Items that are listed, the most frequent first", {
    min: 1,
    max: CATALOGUE_ITEMS_MAX,
    fallback: CATALOGUE_ITEMS_MAX,
  }),
};

/** What the parameters of a list gave. */
export type Listed = Readonly<Record<"from" | "to", bigint>> & { readonly limit: number };

/** `GET /api/v1/services`. */
export const servicesRoute: Route = route({
  method: "get",
  path: "/services",
  summary: "The services whose spans are stored",
  parameters: LISTED,
  answer: "ServicesAnswer",
  problems: [],
  handle: (given, request) =>
    listed(given, { request, unit: "services" }, async (query) => {
      const { items, capped } = await request.store.listServices(query);
      const services: ServicesAnswer["services"] = items.map(withTextTime);
      return { capped, services };
    }),
});

/** `GET /api/v1/names`. */
export const namesRoute: Route = route({
  method: "get",
  path: "/names",
  summary: "The span names of one service or of all",
  parameters: {
    ...LISTED,
    service: text("Only names of this service"),
    prefix: text("Only names that begin so"),
  },
  answer: "SpanNamesAnswer",
  problems: [],
  handle: ({ service, prefix, ...given }, request) =>
    listed(given, { request, unit: "names" }, async (query) => {
      const { items, capped } = await request.store.listSpanNames({
        ...query,
        ...(service === "" ? {} : { service }),
        ...(prefix === "" ? {} : { prefix }),
      });
      const names: SpanNamesAnswer["names"] = items.map(withTextTime);
      return { capped, names };
    }),
});

/** `GET /api/v1/keys`. */
export const keysRoute: Route = route({
  method: "get",
  path: "/keys",
  summary: "The attribute keys of spans and of what belongs to them",
  parameters: {
    ...LISTED,
    scope: optionalChoice("Only keys of this scope", SCOPES),
    prefix: text("Only keys that begin so"),
  },
  answer: "AttributeKeysAnswer",
  problems: [],
  handle: ({ scope, prefix, ...given }, request) =>
    listed(given, { request, unit: "keys" }, async (query) => {
      const { items, capped } = await request.store.listAttributeKeys({
        ...query,
        ...(scope === undefined ? {} : { scope: storeScope(scope) }),
        ...(prefix === "" ? {} : { prefix }),
      });
      const keys: AttributeKeysAnswer["keys"] = items.map(keyDocument);
      return { capped, keys };
    }),
});

/** `GET /api/v1/map`. */
export const mapRoute: Route = route({
  method: "get",
  path: "/map",
  summary: "Calls between services, and of databases, queues and others",
  parameters: LISTED,
  answer: "ServiceMapAnswer",
  problems: [],
  handle: (given, request) =>
    listed(given, { request, unit: "calls" }, async (query) => {
      const { items, capped, pendingMinutes } = await request.store.listServiceEdges(query);
      const edges: ServiceMapAnswer["edges"] = items.map(edgeDocument);
      return { capped, edges, pendingMinutes };
    }),
});

/** `GET /api/v1/baseline`. */
export const baselineRoute: Route = route({
  method: "get",
  path: "/baseline",
  summary: "How long something usually takes",
  parameters: {
    service: requiredText("The service"),
    name: requiredText("The name of its spans"),
    kind: optionalChoice("Only spans of this kind", SPAN_KIND_NAMES),
    duration: elapsed("What share of the spans was shorter than this"),
    from: LISTED.from,
    to: LISTED.to,
  },
  answer: "BaselineAnswer",
  problems: [],
  handle: ({ service, name, kind, duration, ...given }, request) =>
    listed({ ...given, limit: 1 }, { request, unit: "spans" }, async (query) => {
      const { fromUnixNano, toUnixNano } = query;
      const found = await request.store.readOperationStats({
        fromUnixNano,
        toUnixNano,
        service,
        name,
        ...(kind === undefined ? {} : { kind: SpanKind[kind] }),
      });
      const { spanCount, errorCount, durations, pendingMinutes } = found;
      const quantiles = quantilesOf(durations);
      const { p50Nano } = quantiles;
      const isKnown = p50Nano !== null && spanCount >= USUAL_SPANS_MIN;
      const sentence = isKnown ? `usually ${formatDuration(p50Nano)}` : "";
      const operation = { service, name, kind: kind ?? null, spanCount, errorCount };
      const share = duration === undefined ? undefined : shorterShare(durations, duration);
      return {
        capped: false,
        ...operation,
        ...quantiles,
        sentence,
        shorterShare: share ?? null,
        pendingMinutes,
      } satisfies Omit<BaselineAnswer, keyof Coverage | keyof AskedInterval> & { capped: boolean };
    }),
});

/** Answers a list: looks at the interval, makes the store fresh, adds what can be said of it. */
export async function listed<Body extends { readonly capped: boolean }>(
  { from, to, limit }: Listed,
  { request, unit }: { readonly request: ApiRequest; readonly unit: string },
  read: (query: CatalogueQuery) => Promise<Body>,
): Promise<object> {
  const invalid = intervalInvalid(from, to);
  if (invalid !== undefined) return invalid;
  const startedMs = request.clock.monotonicMs();
  const isFresh = await request.freshen();
  const body = await read({ fromUnixNano: from, toUnixNano: to, limit });
  const tookMs = request.clock.monotonicMs() - startedMs;
  const reading = { scannedRows: 0, hasMore: body.capped, isFresh, tookMs };
  return {
    ...body,
    fromUnixNano: from.toString(),
    toUnixNano: to.toString(),
    ...coverage(reading, { unit, limit }),
  };
}

function withTextTime<Item extends { readonly lastStartTimeUnixNano: bigint }>(
  item: Item,
): Omit<Item, "lastStartTimeUnixNano"> & { readonly lastStartTimeUnixNano: string } {
  return { ...item, lastStartTimeUnixNano: item.lastStartTimeUnixNano.toString() };
}

function keyDocument(item: AttributeKeyEntry): AttributeKeysAnswer["keys"][number] {
  const scope = item.scope === "scope" ? "instrumentation" : item.scope;
  return { ...item, scope, field: fieldNameOf(scope, item.key) };
}

function edgeDocument({ durations, ...edge }: ServiceEdge): ServiceEdgeDocument {
  return { ...edge, ...quantilesOf(durations) };
}

function quantilesOf(
  durations: DurationHistogram,
): Pick<ServiceEdgeDocument, "p50Nano" | "p95Nano" | "p99Nano"> {
  const at = (fraction: number): number | null => {
    const nano = durationQuantileNano(durations, fraction);
    return nano === undefined ? null : Math.round(nano);
  };
  return { p50Nano: at(0.5), p95Nano: at(0.95), p99Nano: at(0.99) };
}
