/** The OTLP logs messages as protobufjs knows them; see protobufjs-schema.fuzz.ts. */
import type { LogRecord } from "@spoor/trace";
import { requestMessages } from "../values/protobufjs-schema.fuzz.ts";
import { encodeLogsJson } from "./encode-json.ts";

const MESSAGES = `
message LogRecord {
  fixed64 time_unix_nano = 1;
  int32 severity_number = 2;
  string severity_text = 3;
  AnyValue body = 5;
  repeated KeyValue attributes = 6;
  uint32 dropped_attributes_count = 7;
  fixed32 flags = 8;
  bytes trace_id = 9;
  bytes span_id = 10;
  fixed64 observed_time_unix_nano = 11;
  string event_name = 12;
}
`;

const messages = requestMessages<LogRecord>({
  signal: "Logs",
  service: "Logs",
  records: "repeated LogRecord log_records = 2",
  messages: MESSAGES,
  documentOf: encodeLogsJson,
});

/** The log records as protobufjs encodes them; and a request, encoded again. */
export const encodeLogsByProtobufjs: (records: readonly LogRecord[]) => Uint8Array =
  messages.encode;
export const reencodeLogsByProtobufjs: (body: Uint8Array) => Uint8Array = messages.reencode;
