import {
  type Attributes,
  type AttributeValue,
  type EntityRef,
  hexToBytes,
  type InstrumentationScope,
  invariant,
  type Resource,
  type Span,
  SPAN_ID_BYTES,
  type SpanEvent,
  type SpanLink,
  type SpanStatus,
  TRACE_ID_BYTES,
} from "@spoor/trace";
import { ProtobufWriter } from "../protobuf/writer.ts";
import {
  AnyValueField,
  EntityRefField,
  EventField,
  KeyValueField,
  LinkField,
  ListField,
  RequestField,
  ResourceField,
  ResourceSpansField,
  ScopeField,
  ScopeSpansField,
  SpanField,
  StatusField,
} from "./field-numbers.ts";
import { groupSpans } from "./group-spans.ts";

/**
 * An OTLP/protobuf trace request (and TracesData file) of `spans`, grouped by resource and scope.
 *
 * Every field is written; those at their default are left out, as proto3 does. Made for export and
 * tests: it takes a few µs per span.
 *
 * @throws InvariantError when an id is not hex of its length.
 */
export function encodeTracesProtobuf(spans: readonly Span[]): Uint8Array {
  const writer = new ProtobufWriter();
  for (const [resource, scopes] of groupSpans(spans)) {
    writer.message(RequestField.resourceSpans, () => {
      writer.message(ResourceSpansField.resource, () => {
        writeResource(writer, resource);
      });
      for (const [scope, members] of scopes) {
        writer.message(ResourceSpansField.scopeSpans, () => {
          writeScopeSpans(writer, scope, members);
        });
      }
      writer.textField(ResourceSpansField.schemaUrl, resource.schemaUrl);
    });
  }
  return writer.finish();
}

function writeResource(writer: ProtobufWriter, resource: Resource): void {
  writeAttributes(writer, ResourceField.attributes, resource.attributes);
  writer.uint32Field(ResourceField.droppedAttributesCount, resource.droppedAttributesCount);
  for (const ref of resource.entityRefs) {
    writer.message(ResourceField.entityRefs, () => {
      writeEntityRef(writer, ref);
    });
  }
}

function writeEntityRef(writer: ProtobufWriter, ref: EntityRef): void {
  writer.textField(EntityRefField.schemaUrl, ref.schemaUrl);
  writer.textField(EntityRefField.type, ref.type);
  for (const key of ref.idKeys) writer.alwaysText(EntityRefField.idKeys, key);
  for (const key of ref.descriptionKeys) writer.alwaysText(EntityRefField.descriptionKeys, key);
}

function writeScopeSpans(
  writer: ProtobufWriter,
  scope: InstrumentationScope,
  spans: readonly Span[],
): void {
  writer.message(ScopeSpansField.scope, () => {
    writer.textField(ScopeField.name, scope.name);
    writer.textField(ScopeField.version, scope.version);
    writeAttributes(writer, ScopeField.attributes, scope.attributes);
    writer.uint32Field(ScopeField.droppedAttributesCount, scope.droppedAttributesCount);
  });
  for (const span of spans) {
    writer.message(ScopeSpansField.spans, () => {
      writeSpan(writer, span);
    });
  }
  writer.textField(ScopeSpansField.schemaUrl, scope.schemaUrl);
}

function writeSpan(writer: ProtobufWriter, span: Span): void {
  writer.bytesField(SpanField.traceId, idBytes(span.traceId, TRACE_ID_BYTES));
  writer.bytesField(SpanField.spanId, idBytes(span.spanId, SPAN_ID_BYTES));
  writer.textField(SpanField.traceState, span.traceState);
  if (span.parentSpanId !== "") {
    writer.bytesField(SpanField.parentSpanId, idBytes(span.parentSpanId, SPAN_ID_BYTES));
  }
  writer.textField(SpanField.name, span.name);
  writer.uint32Field(SpanField.kind, span.kind);
  writer.fixed64Field(SpanField.startTimeUnixNano, span.startTimeUnixNano);
  writer.fixed64Field(SpanField.endTimeUnixNano, span.endTimeUnixNano);
  writeAttributes(writer, SpanField.attributes, span.attributes);
  writer.uint32Field(SpanField.droppedAttributesCount, span.droppedAttributesCount);
  for (const event of span.events) {
    writer.message(SpanField.events, () => {
      writeEvent(writer, event);
    });
  }
  writer.uint32Field(SpanField.droppedEventsCount, span.droppedEventsCount);
  for (const link of span.links) {
    writer.message(SpanField.links, () => {
      writeLink(writer, link);
    });
  }
  writer.uint32Field(SpanField.droppedLinksCount, span.droppedLinksCount);
  writeStatus(writer, span.status);
  writer.fixed32Field(SpanField.flags, span.flags);
}

function writeEvent(writer: ProtobufWriter, event: SpanEvent): void {
  writer.fixed64Field(EventField.timeUnixNano, event.timeUnixNano);
  writer.textField(EventField.name, event.name);
  writeAttributes(writer, EventField.attributes, event.attributes);
  writer.uint32Field(EventField.droppedAttributesCount, event.droppedAttributesCount);
}

function writeLink(writer: ProtobufWriter, link: SpanLink): void {
  writer.bytesField(LinkField.traceId, idBytes(link.traceId, TRACE_ID_BYTES));
  writer.bytesField(LinkField.spanId, idBytes(link.spanId, SPAN_ID_BYTES));
  writer.textField(LinkField.traceState, link.traceState);
  writeAttributes(writer, LinkField.attributes, link.attributes);
  writer.uint32Field(LinkField.droppedAttributesCount, link.droppedAttributesCount);
  writer.fixed32Field(LinkField.flags, link.flags);
}

function writeStatus(writer: ProtobufWriter, { code, message }: SpanStatus): void {
  if (code === 0 && message === "") return;
  writer.message(SpanField.status, () => {
    writer.textField(StatusField.message, message);
    writer.uint32Field(StatusField.code, code);
  });
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of attributes) {
    writer.message(field, () => {
      writer.textField(KeyValueField.key, key);
      writer.message(KeyValueField.value, () => {
        writeAnyValue(writer, value);
      });
    });
  }
}

function writeAnyValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (value === null) return;
  switch (typeof value) {
    case "string":
      writer.alwaysText(AnyValueField.stringValue, value);
      return;
    case "boolean":
      writer.alwaysBool(AnyValueField.boolValue, value);
      return;
    case "bigint":
      writer.alwaysInt64(AnyValueField.intValue, value);
      return;
    case "number":
      writer.alwaysDouble(AnyValueField.doubleValue, value);
      return;
    default:
  }
  if (value instanceof Uint8Array) writer.alwaysBytes(AnyValueField.bytesValue, value);
  else if (isAttributes(value)) {
    writer.message(AnyValueField.kvlistValue, () => {
      writeAttributes(writer, ListField.values, value);
    });
  } else {
    writer.message(AnyValueField.arrayValue, () => {
      for (const member of value) {
        writer.message(ListField.values, () => {
          writeAnyValue(writer, member);
        });
      }
    });
  }
}

function isAttributes(value: Attributes | readonly AttributeValue[]): value is Attributes {
  return value instanceof Map;
}

function idBytes(hex: string, byteCount: number): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  const isId = hexToBytes(hex, bytes, { offset: 0, byteCount });
  invariant(isId, "an id is hex of its length", { hex, byteCount });
  return bytes;
}
