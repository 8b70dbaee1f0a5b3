/** The OTLP trace messages as protobufjs knows them; see protobufjs-schema.fuzz.ts. */
import type { Span } from "@spoor/trace";
import type protobuf from "protobufjs";
import { requestMessages } from "../values/protobufjs-schema.fuzz.ts";
import { encodeTracesJson } from "./encode-json.ts";

const MESSAGES = `
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  string trace_state = 3;
  bytes parent_span_id = 4;
  string name = 5;
  int32 kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  uint32 dropped_attributes_count = 10;
  message Event {
    fixed64 time_unix_nano = 1;
    string name = 2;
    repeated KeyValue attributes = 3;
    uint32 dropped_attributes_count = 4;
  }
  repeated Event events = 11;
  uint32 dropped_events_count = 12;
  message Link {
    bytes trace_id = 1;
    bytes span_id = 2;
    string trace_state = 3;
    repeated KeyValue attributes = 4;
    uint32 dropped_attributes_count = 5;
    fixed32 flags = 6;
  }
  repeated Link links = 13;
  uint32 dropped_links_count = 14;
  Status status = 15;
  fixed32 flags = 16;
}
message Status {
  string message = 2;
  int32 code = 3;
}
`;

const messages = requestMessages<Span>({
  signal: "Spans",
  service: "Trace",
  records: "repeated Span spans = 2",
  messages: MESSAGES,
  documentOf: encodeTracesJson,
});

/** The request message of protobufjs. */
export const requestType: protobuf.Type = messages.type;

/** The spans as protobufjs encodes them; a document of OTLP/JSON; and a request, encoded again. */
export const encodeByProtobufjs: (spans: readonly Span[]) => Uint8Array = messages.encode;
export const encodeDocumentByProtobufjs: (document: object) => Uint8Array = messages.encodeDocument;
export const reencodeByProtobufjs: (body: Uint8Array) => Uint8Array = messages.reencode;
