import type { LogRecord } from "@spoor/trace";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "@spoor/trace/basics";
import type { ProtobufWriter } from "../protobuf/writer.ts";
import { idBytes, writeAnyValue, writeAttributes, writeRequest } from "../values/write-request.ts";
import { LogRecordField } from "./field-numbers.ts";

/**
 * An OTLP/protobuf logs request (and LogsData file) of `records`, grouped by resource and scope.
 *
 * Every field is written; those at their default are left out, as proto3 does. Made for tests and
 * tools: it takes a few µs per log record.
 *
 * @throws InvariantError when an id is neither empty nor hex of its length.
 */
export function encodeLogsProtobuf(records: readonly LogRecord[]): Uint8Array {
  return writeRequest(records, writeLogRecord);
}

/** The fields of a LogRecord; its resource and scope stand outside of it. */
export function writeLogRecord(
  writer: ProtobufWriter,
  record: Omit<LogRecord, "resource" | "scope">,
): void {
  writer.fixed64Field(LogRecordField.timeUnixNano, record.timeUnixNano);
  writer.uint32Field(LogRecordField.severityNumber, record.severityNumber);
  writer.textField(LogRecordField.severityText, record.severityText);
  if (record.body !== null) {
    writer.message(LogRecordField.body, () => {
      writeAnyValue(writer, record.body);
    });
  }
  writeAttributes(writer, LogRecordField.attributes, record.attributes);
  writer.uint32Field(LogRecordField.droppedAttributesCount, record.droppedAttributesCount);
  writer.fixed32Field(LogRecordField.flags, record.flags);
  writeId(writer, LogRecordField.traceId, { hex: record.traceId, byteCount: TRACE_ID_BYTES });
  writeId(writer, LogRecordField.spanId, { hex: record.spanId, byteCount: SPAN_ID_BYTES });
  writer.fixed64Field(LogRecordField.observedTimeUnixNano, record.observedTimeUnixNano);
  writer.textField(LogRecordField.eventName, record.eventName);
}

function writeId(
  writer: ProtobufWriter,
  field: number,
  { hex, byteCount }: { readonly hex: string; readonly byteCount: number },
): void {
  if (hex !== "") writer.bytesField(field, idBytes(hex, byteCount));
}
