/*
 * Traces and views written down in a few words, for the tests of the terminal.
 */
import {
  type AttributeValue,
  plainResource,
  plainSpan,
  type Resource,
  type Span,
  type SpanEvent,
  SpanKind,
  type SpanLink,
  StatusCode,
  type Trace,
} from "@spoor/trace";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "./glyphs.ts";
import { PLAIN } from "./palette.ts";
import { exactTime } from "./time-text.ts";
import type { TreeView } from "./tree-view.ts";

/** A span, as far as a test cares. Times in ms after a fixed moment. */
export interface SpanLiteral {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly service?: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly kind?: SpanKind;
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly events?: readonly SpanEvent[];
  readonly links?: readonly SpanLink[];
  readonly droppedAttributesCount?: number;
}

/** The id of every trace here. */
export const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
/** 2026-11-22T14:03:11Z. */
export const START_UNIX_NANO: bigint = 1_795_356_191_000_000_000n;

/** The trace with these spans. */
export function traceLiteral(...literals: readonly SpanLiteral[]): Trace {
  const resources = new Map<string, Resource>();
  return { traceId: TRACE_ID, spans: literals.map((literal) => toSpan(literal, resources)) };
}

/** The checkout of the design: 120 ms, of which 80 in the payment and 27 in a query. */
export const CHECKOUT: Trace = traceLiteral(
  { id: "1", name: "handleCheckout", endMs: 120 },
  { id: "2", parent: "1", name: "checkInventory", startMs: 2, endMs: 32 },
  {
    id: "3",
    parent: "2",
    name: "redis.Get",
    startMs: 2,
    endMs: 4,
    attributes: { "db.statement": "GET inventory:item_42" },
  },
  {
    id: "4",
    parent: "2",
    name: "postgres.Query",
    startMs: 5,
    endMs: 32,
    attributes: { "db.query.text": "SELECT *\n  FROM inventory" },
  },
  { id: "5", parent: "1", name: "processPayment", startMs: 34, endMs: 119 },
  { id: "6", parent: "5", name: "stripe.ChargeCreate", startMs: 35, endMs: 115 },
  { id: "7", parent: "5", name: "postgres.Exec INSERT INTO payments", startMs: 116, endMs: 119 },
);

/** A view for a program that reads: no colour, nothing cut. */
export const PIPED: TreeView = {
  isAscii: false,
  glyphs: UNICODE_GLYPHS,
  palette: PLAIN,
  columns: undefined,
  detailLevel: 0,
  showsAll: false,
  depthMax: undefined,
  timeText: exactTime,
};

/** The same for a terminal that knows ASCII only. */
export const PIPED_ASCII: TreeView = { ...PIPED, isAscii: true, glyphs: ASCII_GLYPHS };

function toSpan(literal: SpanLiteral, resources: Map<string, Resource>): Span {
  const service = literal.service ?? "checkout";
  const resource = resources.get(service) ?? plainResource(service);
  resources.set(service, resource);
  return plainSpan({
    traceId: TRACE_ID,
    spanId: spanIdOf(literal.id),
    parentSpanId: literal.parent === undefined ? "" : spanIdOf(literal.parent),
    flags: 1,
    name: literal.name,
    kind: literal.kind ?? SpanKind.internal,
    startTimeUnixNano: unixNano(literal.startMs ?? 0),
    endTimeUnixNano: unixNano(literal.endMs ?? literal.startMs ?? 0),
    status:
      literal.error === undefined
        ? { code: StatusCode.unset, message: "" }
        : { code: StatusCode.error, message: literal.error },
    attributes: new Map(Object.entries(literal.attributes ?? {})),
    droppedAttributesCount: literal.droppedAttributesCount ?? 0,
    events: literal.events ?? [],
    links: literal.links ?? [],
    resource,
  });
}

/** 16 hex digits that begin with the digits of `id`. */
function spanIdOf(id: string): string {
  return id.padEnd(16, "0");
}

function unixNano(ms: number): bigint {
  return START_UNIX_NANO + BigInt(Math.round(ms * 1e6));
}
