/*
 * Arbitrary valid spans, every field of them, for properties that hold for all spans. Tests of
 * every package import this as `@spoor/trace/random-spans`.
 */
import * as fc from "fast-check";
import type { SpanKind } from "./kind.ts";
import {
  attributes,
  id,
  record,
  resource,
  scope,
  text,
  uint32,
  uint64,
} from "./random-values.fuzz.ts";
import type { Span, SpanEvent, SpanLink } from "./span.ts";
import type { StatusCode } from "./status.ts";

const event: fc.Arbitrary<SpanEvent> = record({
  timeUnixNano: uint64,
  name: text,
  attributes,
  droppedAttributesCount: uint32,
});

const link: fc.Arbitrary<SpanLink> = record({
  traceId: id(16),
  spanId: id(8),
  traceState: text,
  flags: uint32,
  attributes,
  droppedAttributesCount: uint32,
});

const ownFields = {
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.oneof(fc.constant(""), id(8)),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.constantFrom<SpanKind>(0, 1, 2, 3, 4, 5),
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  status: record({ code: fc.constantFrom<StatusCode>(0, 1, 2), message: text }),
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 3 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 3 }),
  droppedLinksCount: uint32,
};

/** Up to six spans that share up to three resources and scopes. */
export const randomSpans: fc.Arbitrary<Span[]> = fc
  .tuple(
    fc.array(resource, { minLength: 1, maxLength: 3 }),
    fc.array(scope, { minLength: 1, maxLength: 3 }),
  )
  .chain(([resources, scopes]) => {
    const shared = {
      resource: fc.constantFrom(...resources),
      scope: fc.constantFrom(...scopes),
    };
    return fc.array(record<Span>({ ...ownFields, ...shared }), { maxLength: 6 });
  });
