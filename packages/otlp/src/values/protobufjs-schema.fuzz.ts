/*
 * What the OTLP messages of all signals share, as protobufjs knows it: the independent
 * implementation that ours is compared with. Written from opentelemetry-proto v1.9; comments and
 * options that do not change the encoding are left out.
 */
import { Buffer } from "node:buffer";
import protobuf from "protobufjs";

/** Resources, scopes and attributes. */
const SHARED_SCHEMA = `
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

/** A request as protobufjs writes and reads it. */
export interface RequestMessages<Row> {
  readonly type: protobuf.Type;
  readonly encode: (rows: readonly Row[]) => Uint8Array;
  /** Encodes a document of OTLP/JSON. */
  readonly encodeDocument: (document: object) => Uint8Array;
  /** What it reads in a request, encoded again; its encoder has one form for one content. */
  readonly reencode: (body: Uint8Array) => Uint8Array;
}

/** What a signal has of its own. */
export interface SignalSchema<Row> {
  /** As the messages around its records are named: `Spans`, `Logs`. */
  readonly signal: string;
  /** As its service is named: `Trace`, `Logs`. */
  readonly service: string;
  /** The field of its records, such as `repeated Span spans = 2`. */
  readonly records: string;
  /** The message of a record and what is in it. */
  readonly messages: string;
  readonly documentOf: (rows: readonly Row[]) => object;
}

/** The messages around the records, which all signals have alike. */
function envelope({
  signal,
  service,
  records,
}: Pick<SignalSchema<never>, "signal" | "service" | "records">): string {
  const name = signal.toLowerCase();
  return `
message Export${service}ServiceRequest { repeated Resource${signal} resource_${name} = 1; }
message Resource${signal} {
  Resource resource = 1;
  repeated Scope${signal} scope_${name} = 2;
  string schema_url = 3;
}
message Scope${signal} {
  InstrumentationScope scope = 1;
  ${records};
  string schema_url = 3;
}
`;
}

/** The request message of a signal. */
export function requestMessages<Row>(schema: SignalSchema<Row>): RequestMessages<Row> {
  const { documentOf, messages, service } = schema;
  const { root } = protobuf.parse(`${SHARED_SCHEMA}${envelope(schema)}${messages}`);
  const type = root.lookupType(`Export${service}ServiceRequest`);
  const encodeDocument = (document: object): Uint8Array =>
    type.encode(type.fromObject(toProtobufjs(document))).finish();
  return {
    type,
    encodeDocument,
    encode: (rows) => encodeDocument(documentOf(rows)),
    reencode: (body) => type.encode(type.decode(body)).finish(),
  };
}

/** OTLP/JSON as an object for protobufjs, where ids are base64. */
function toProtobufjs(document: object): { [field: string]: unknown } {
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
