import {
  type Span,
  SPAN_ID_BYTES,
  type SpanEvent,
  type SpanLink,
  type SpanStatus,
  TRACE_ID_BYTES,
} from "@spoor/trace";
import type { ProtobufWriter } from "../protobuf/writer.ts";
import { idBytes, writeAttributes, writeRequest } from "../values/write-request.ts";
import { EventField, LinkField, SpanField, StatusField } from "./field-numbers.ts";

/**
 * An OTLP/protobuf trace request (and TracesData file) of `spans`, grouped by resource and scope.
 *
 * Every field is written; those at their default are left out, as proto3 does. Made for export and
 * tests: it takes a few µs per span.
 *
 * @throws InvariantError when an id is not hex of its length.
 */
export function encodeTracesProtobuf(spans: readonly Span[]): Uint8Array {
  return writeRequest(spans, writeSpan);
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
