/*
 * What the OTLP messages of all signals share, as protobufjs knows it: the independent
 * implementation that ours is compared with. Written from opentelemetry-proto v1.9; comments and
 * options that do not change the encoding are left out.
 */
import { Buffer } from "node:buffer";

/** Resources, scopes and attributes, to be put before the messages of a signal. */
export const SHARED_SCHEMA = `
syntax = "proto3";
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

/** OTLP/JSON as an object for protobufjs, where ids are base64. */
export function toProtobufjs(document: object): { [field: string]: unknown } {
  // The members of an object are mapped one by one, so it stays an object.
  return withBase64Ids(document) as Record<string, unknown>;
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
