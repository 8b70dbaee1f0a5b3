/*
 * A span that has not ended, as the server tells of it: JSON as it stands, so that the server, the
 * page and the command reason about one and the same thing.
 */
import { fromKeyValues, type KeyValue } from "../span/any-value.ts";
import type { Attributes } from "../span/attributes.ts";
import { isSpanKind, SpanKind } from "../span/kind.ts";
import { NO_RESOURCE, plainSpan } from "../span/plain-span.ts";
import type { Resource } from "../span/resource.ts";
import type { Span, Trace } from "../span/span.ts";
import { keys } from "../semconv/keys.ts";
import type { SenderName } from "./sender-name.ts";

/**
 * `open`: its process says so. `ending`: its process no longer lists it, and the finished span has
 * not arrived. `gone`: its process has fallen silent with the span open.
 */
export type OpenSpanState = "open" | "ending" | "gone";

/** By what kind of message the server knows of an open span. */
export type OpenSpanSource =
  | "spoor.span.open"
  | "partial.event"
  | "pending_span"
  | "span_without_end"
  | "db.server.query_sample";

/** A span that has not ended. */
export interface OpenSpan extends SenderName {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  /** W3C trace flags. */
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  /** By the clock of its process, in decimal. */
  readonly startTimeUnixNano: string;
  /**
   * How long it was open at the moment of the answer. Not "now minus start": that would add the
   * difference between two machines' clocks.
   */
  readonly ageMs: number;
  /** How long ago the last message about it came, or about its process. */
  readonly heardMsAgo: number;
  readonly state: OpenSpanState;
  /** False for a span that is told only because one below it is overdue. */
  readonly isOverdue: boolean;
  /** Whoever asked for this work does not wait for it any more. */
  readonly isCallerGone: boolean;
  readonly source: OpenSpanSource;
  /** The span's own attributes. */
  readonly attributes: readonly KeyValue[];
  /** What it waits for and who holds it: `spoor.wait.*`. Empty when nobody said. */
  readonly wait: readonly KeyValue[];
}

/** What is known of a process that reports. */
export interface ReportingInstance extends SenderName {
  /**
   * `reporting`: tells of open spans. `silent`: has missed a report. `gone`: has missed three.
   * `spans_only`: sends spans and never said that it would tell of open ones.
   */
  readonly state: "reporting" | "silent" | "gone" | "spans_only";
  readonly heardMsAgo: number;
  /** When the next report was due after the last, in ms; 0 when it made no promise. */
  readonly nextMs: number;
  /** Spans that it says are open, also those beyond the listed ones. */
  readonly openSpanCount: number;
}

/**
 * `trace` with the spans of `open` that are not in it, which end at the moment of the answer. A
 * finished span beats an open one of the same id.
 */
export function withOpenSpans(trace: Trace, open: readonly OpenSpan[]): Trace {
  const finished = new Set(trace.spans.map(({ spanId }) => spanId));
  const resources = resourcesOf(trace);
  const added = open.flatMap((span) =>
    finished.has(span.spanId) ? [] : [spanOf(span, resources.get(nameOf(span)))],
  );
  return { traceId: trace.traceId, spans: [...trace.spans, ...added] };
}

function spanOf(open: OpenSpan, resource: Resource | undefined): Span {
  const start = BigInt(open.startTimeUnixNano);
  return plainSpan({
    traceId: open.traceId,
    spanId: open.spanId,
    parentSpanId: open.parentSpanId,
    flags: open.flags,
    name: open.name,
    kind: isSpanKind(open.kind) ? open.kind : SpanKind.unspecified,
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(Math.round(open.ageMs * 1e6)),
    attributes: fromKeyValues(open.attributes),
    resource: resource ?? resourceOf(open),
  });
}

function resourceOf({ service, instance }: OpenSpan): Resource {
  const attributes: Attributes = new Map([
    [keys.serviceName, service],
    ...(instance === "" ? [] : [[keys.serviceInstanceId, instance] as const]),
  ]);
  return { ...NO_RESOURCE, attributes };
}

/** The resources that finished spans brought, which say more than a report. */
function resourcesOf(trace: Trace): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const { resource } of trace.spans) {
    const { attributes } = resource;
    const service = attributes.get(keys.serviceName);
    const instance = attributes.get(keys.serviceInstanceId);
    if (typeof service === "string" && typeof instance === "string") {
      resources.set(nameOf({ service, instance }), resource);
    }
  }
  return resources;
}

function nameOf({ service, instance }: Pick<OpenSpan, "service" | "instance">): string {
  return `${service}\0${instance}`;
}
