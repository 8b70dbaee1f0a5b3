/* The trace that the published end-to-end cases ask about, as spans of ours. */
import {
  type Attributes,
  type AttributeValue,
  isSpanKind,
  isStatusCode,
  plainResource,
  plainScope,
  plainSpan,
  type Span,
  SpanKind,
  StatusCode,
} from "@spoor/trace";
import { type GoNames, type GoSource, type GoValue, isList } from "./go-source.ts";

/**
 * The id of the span that has none there. OTLP refuses an id of zeros, so this one keeps what
 * matters: that it names itself as its parent.
 */
const BROKEN_SPAN_ID = "00000000000b10c0";

const NO_ID = "0".repeat(16);

/** The id of one of their spans here. */
export function ownSpanId(theirs: string): string {
  return theirs === NO_ID ? BROKEN_SPAN_ID : theirs;
}

/** Names that the file takes from elsewhere. */
export function goNames(source: GoSource): GoNames {
  const names: GoNames = new Map<string, GoValue>([
    ["time.Second", 1e9],
    ["time.Millisecond", 1e6],
    ["uint64", (value = 0) => value],
    ["stringKV", (key = "", value = "") => ({ Key: key, Value: value })],
    ["intKV", (key = "", value = 0) => ({ Key: key, Value: value })],
    ["boolKV", (key = "") => ({ Key: key, Value: true })],
    ["v1.Status_STATUS_CODE_ERROR", StatusCode.error],
    ["v1.Status_STATUS_CODE_OK", StatusCode.ok],
    ["v1.Span_SPAN_KIND_CLIENT", SpanKind.client],
    ["v1.Span_SPAN_KIND_PRODUCER", SpanKind.producer],
  ]);
  const attribute = "attributeWithTerminalChars";
  names.set(attribute, source.constant(attribute, names));
  return names;
}

/** Its spans under that trace id, all moments moved by `shiftNano`. */
export function fixtureSpans(
  source: GoSource,
  { traceId, shiftNano }: { readonly traceId: string; readonly shiftNano: bigint },
): Span[] {
  const names = goNames(source).set("id", traceId);
  const [[, trace] = []] = source.assignments("makeExpectedTrace", ["tr"], names);
  return listOf(trace, "ResourceSpans").flatMap((ofResource) => {
    const resource = {
      ...plainResource(""),
      attributes: attributesOf(field(ofResource, "Resource")),
    };
    return listOf(ofResource, "ScopeSpans").flatMap((ofScope) => {
      const scope = scopeOf(field(ofScope, "Scope"));
      const shared = { traceId, resource, scope };
      return listOf(ofScope, "Spans").map((span) => spanOf(span, shared, shiftNano));
    });
  });
}

function scopeOf(value: GoValue | undefined): Span["scope"] {
  return {
    ...plainScope(textOf(field(value, "Name"))),
    version: textOf(field(value, "Version")),
    attributes: attributesOf(value),
  };
}

function spanOf(
  value: GoValue,
  shared: Pick<Span, "traceId" | "resource" | "scope">,
  shiftNano: bigint,
): Span {
  const time = (name: string, of: GoValue = value): bigint =>
    BigInt(Number(field(of, name))) + shiftNano;
  const kind = Number(field(value, "Kind") ?? 0);
  const code = Number(field(field(value, "Status"), "Code") ?? 0);
  const parent = field(value, "ParentSpanId");
  return plainSpan({
    ...shared,
    spanId: spanId(field(value, "SpanId")),
    parentSpanId: parent === undefined ? "" : spanId(parent),
    name: textOf(field(value, "Name")),
    kind: isSpanKind(kind) ? kind : 0,
    status: { code: isStatusCode(code) ? code : 0, message: "" },
    startTimeUnixNano: time("StartTimeUnixNano"),
    endTimeUnixNano: time("EndTimeUnixNano"),
    attributes: attributesOf(value),
    events: listOf(value, "Events").map((event) => ({
      timeUnixNano: time("TimeUnixNano", event),
      name: textOf(field(event, "Name")),
      attributes: attributesOf(event),
      droppedAttributesCount: 0,
    })),
    links: listOf(value, "Links").map((link) => ({
      traceId: textOf(field(link, "TraceId")),
      spanId: spanId(field(link, "SpanId")),
      traceState: "",
      flags: 0,
      attributes: attributesOf(link),
      droppedAttributesCount: 0,
    })),
  });
}

/** A field of a struct; undefined where it is not given. */
export function field(value: GoValue | undefined, name: string): GoValue | undefined {
  if (typeof value !== "object" || value === null || isList(value)) return undefined;
  return new Map(Object.entries(value)).get(name);
}

/** A slice in a field; empty where there is none. */
export function listOf(value: GoValue | undefined, name: string): readonly GoValue[] {
  const list = field(value, name);
  return isList(list) ? list : [];
}

/** A text in a field; empty where there is none. */
export function textOf(value: GoValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function attributesOf(owner: GoValue | undefined): Attributes {
  return new Map(
    listOf(owner, "Attributes").map((pair) => {
      const value = field(pair, "Value");
      const own: AttributeValue =
        typeof value === "number"
          ? BigInt(value)
          : typeof value === "boolean"
            ? value
            : textOf(value);
      return [textOf(field(pair, "Key")), own];
    }),
  );
}

function spanId(bytes: GoValue | undefined): string {
  const digits = isList(bytes) ? bytes : [];
  const hex = digits.map((byte) => Number(byte).toString(16).padStart(2, "0")).join("");
  return ownSpanId(hex.padStart(16, "0"));
}
