/* Spans in memory, as queries read them. */
import { type Attributes, keys, serviceName, type Span } from "@spoor/trace";

import type { AttributeField, Field, IntrinsicId } from "../syntax/syntax-tree.ts";
import { type SpanSource, type TraceFacts, TraceView } from "./trace-view.ts";
import { SPAN_STATES, type SpanState } from "../syntax/vocabulary.ts";
import {
  type CodeValue,
  compareText,
  type SingleValue,
  type Value,
  valueOfAttribute,
} from "./value.ts";

/** Spans that take part in a query. */
export interface ViewedSpans {
  readonly spans: readonly Span[];
  /** From which the duration and the root of the trace are taken; `spans` if absent. */
  readonly all?: readonly Span[];
  /** Of spans that have not ended, by id. */
  readonly states?: ReadonlyMap<string, SpanState>;
}

/** A trace in memory as a query sees it; of at least one span. */
export function traceViewOf(
  traceId: string,
  { spans, all = spans, states = new Map() }: ViewedSpans,
): TraceView {
  return new TraceView(
    factsOf(traceId, all),
    spans.map((span) => sourceOf(span, states.get(span.spanId) ?? "ended")),
  );
}

function factsOf(traceId: string, spans: readonly Span[]): TraceFacts {
  let [start, end] = [2n ** 64n, 0n];
  let root: Span | undefined;
  for (const span of spans) {
    if (span.startTimeUnixNano < start) start = span.startTimeUnixNano;
    if (span.endTimeUnixNano > end) end = span.endTimeUnixNano;
    if (span.parentSpanId === "" && (root === undefined || isBefore(span, root))) root = span;
  }
  return {
    traceId,
    durationNano: end - start,
    rootName: root?.name,
    rootService: root === undefined ? undefined : serviceName(root.resource),
  };
}

function isBefore(a: Span, b: Span): boolean {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano;
  }
  return compareText(a.spanId, b.spanId) < 0;
}

function sourceOf(span: Span, state: SpanState): SpanSource {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    startTimeUnixNano: span.startTimeUnixNano,
    durationNano: durationNano(span),
    read: (field) =>
      field.node === "intrinsic" && field.id === "span:state"
        ? stateValue(state)
        : readSpan(span, field),
    attributes: () => attributesOf(span),
  };
}

/** What `span:state` is for a span. */
export function stateValue(state: SpanState): CodeValue {
  return { type: "state", code: SPAN_STATES.indexOf(state) };
}

function* attributesOf(span: Span): Generator<readonly [string, Value]> {
  yield ["name", span.name];
  yield ["kind", { type: "kind", code: span.kind }];
  yield ["status", { type: "status", code: span.status.code }];
  yield [`resource.${keys.serviceName}`, serviceName(span.resource)];
  for (const [key, value] of span.attributes) yield [`span.${key}`, valueOfAttribute(value)];
  for (const [key, value] of span.resource.attributes) {
    if (key !== keys.serviceName) yield [`resource.${key}`, valueOfAttribute(value)];
  }
}

/** As a store keeps it: modulo 2^64. */
function durationNano(span: Span): bigint {
  return BigInt.asIntN(64, span.endTimeUnixNano - span.startTimeUnixNano);
}

function readSpan(span: Span, field: Field): Value {
  return field.node === "attribute" ? readAttribute(span, field) : readIntrinsic(span, field.id);
}

function readAttribute(span: Span, { scope, key }: AttributeField): Value {
  switch (scope) {
    case "span":
      return valueOfAttribute(span.attributes.get(key));
    case "resource":
      return readResource(span, key);
    case "any":
      return valueOfAttribute(span.attributes.get(key)) ?? readResource(span, key);
    case "instrumentation":
      return valueOfAttribute(span.scope.attributes.get(key));
    case "event":
      return readMany(span.events, key);
    case "link":
      return readMany(span.links, key);
  }
}

/** The name of the service is what it is listed under, also when the sender gave none. */
function readResource({ resource }: Span, key: string): Value {
  if (key === keys.serviceName) return serviceName(resource);
  return valueOfAttribute(resource.attributes.get(key));
}

/** All values of a key among events or links; nil when there is none. */
function readMany(owners: readonly { readonly attributes: Attributes }[], key: string): Value {
  return some(
    owners.flatMap(({ attributes }) => {
      const value = valueOfAttribute(attributes.get(key));
      return value === undefined ? [] : value;
    }),
  );
}

function some(values: readonly SingleValue[]): Value {
  return values.length === 0 ? undefined : values;
}

function readIntrinsic(span: Span, id: IntrinsicId): Value {
  switch (id) {
    case "span:name":
      return span.name;
    case "span:duration":
      return durationNano(span);
    case "span:status":
      return { type: "status", code: span.status.code };
    case "span:statusMessage":
      return span.status.message;
    case "span:kind":
      return { type: "kind", code: span.kind };
    case "span:id":
      return span.spanId;
    case "span:parentID":
      return span.parentSpanId;
    case "event:name":
      return some(span.events.map(({ name }) => name));
    case "event:timeSinceStart":
      return some(
        span.events.map(({ timeUnixNano }) =>
          BigInt.asIntN(64, timeUnixNano - span.startTimeUnixNano),
        ),
      );
    case "link:traceID":
      return some(span.links.map(({ traceId }) => traceId));
    case "link:spanID":
      return some(span.links.map(({ spanId }) => spanId));
    case "instrumentation:name":
      return span.scope.name;
    case "instrumentation:version":
      return span.scope.version;
    // Of the tree or of the trace: TraceView knows them.
    default:
      return undefined;
  }
}
