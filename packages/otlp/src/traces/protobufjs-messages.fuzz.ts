/*
 * The OTLP trace messages as protobufjs knows them: the independent implementation that ours is
 * compared with. The schema is written from opentelemetry-proto v1.9; comments and options that do
 * not change the encoding are left out.
 */
import { Buffer } from "node:buffer";
import type { Span } from "@spoor/trace";
import protobuf from "protobufjs";
import { encodeTracesJson } from "./encode-json.ts";

const SCHEMA = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans {
  Resource resource = 1;
  repeated ScopeSpans scope_spans = 2;
  string schema_url = 3;
}
message ScopeSpans {
  InstrumentationScope scope = 1;
  repeated Span spans = 2;
  string schema_url = 3;
}
message Resource {
  repeated KeyValue attributes = 1;
  uint32 dropped_attributes_count = 2;
  repeated EntityRef entity_refs = 3;
}
message EntityRef {
  string schema_url = 1;
  string type = 2;
  repeated string id_keys = 3;
  repeated string description_keys = 4;
}
message InstrumentationScope {
  string name = 1;
  string version = 2;
  repeated KeyValue attributes = 3;
  uint32 dropped_attributes_count = 4;
}
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
message KeyValue {
  string key = 1;
  AnyValue value = 2;
}
message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6;
    bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
`;

/** The request message of protobufjs. */
export const requestType: protobuf.Type = protobuf
  .parse(SCHEMA)
  .root.lookupType("ExportTraceServiceRequest");

/** The spans as protobufjs encodes them. */
export function encodeByProtobufjs(spans: readonly Span[]): Uint8Array {
  return requestType.encode(requestType.fromObject(toProtobufjs(spans))).finish();
}

/** What protobufjs reads in a request, encoded again; its encoder has one form for one content. */
export function reencodeByProtobufjs(body: Uint8Array): Uint8Array {
  return requestType.encode(requestType.decode(body)).finish();
}

/** The spans as an object for protobufjs: OTLP/JSON, except that ids are base64 there. */
function toProtobufjs(spans: readonly Span[]): { [field: string]: unknown } {
  // The members of an object are mapped one by one, so it stays an object.
  return withBase64Ids(encodeTracesJson(spans)) as Record<string, unknown>;
}

const IDS = new Set(["traceId", "spanId", "parentSpanId"]);

function withBase64Ids(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withBase64Ids);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, member]: [string, unknown]) =>
      IDS.has(key)
        ? [key, Buffer.from(String(member), "hex").toString("base64")]
        : [key, withBase64Ids(member)],
    ),
  );
}
