/** The wire of Spoor: OTLP traces and logs in protobuf and JSON, replies, framing of gRPC. */
export {
  type GrpcMessage,
  GrpcMessageReader,
  type GrpcProblem,
  grpcFrame,
} from "./grpc/message-frame.ts";
export { GrpcStatus } from "./grpc/status.ts";
export {
  decodeGrpcMessage,
  encodeGrpcMessage,
  type GrpcEnd,
  grpcTrailers,
} from "./grpc/trailers.ts";
export { decodeLogsJson } from "./logs/decode-json.ts";
export { decodeLogsProtobuf } from "./logs/decode-protobuf.ts";
export type { DecodedLogs, LogsDecodeResult } from "./logs/decode-result.ts";
export {
  encodeLogsJson,
  type LogsDataDocument,
  type ResourceLogsDocument,
  type ScopeLogsDocument,
} from "./logs/encode-json.ts";
export { encodeLogsProtobuf } from "./logs/encode-protobuf.ts";
export type { Malformed } from "./protobuf/malformed.ts";
export {
  decodeLogsResponse,
  encodeLogsResponse,
  type LogsResponse,
} from "./reply/logs-response.ts";
export type { OtlpEncoding } from "./reply/reply-encoding.ts";
export { decodeRpcStatus, encodeRpcStatus, type RpcStatus } from "./reply/rpc-status.ts";
export {
  decodeTracesResponse,
  encodeTracesResponse,
  type TracesResponse,
} from "./reply/traces-response.ts";
export { decodeTracesJson } from "./traces/decode-json.ts";
export { decodeTracesProtobuf } from "./traces/decode-protobuf.ts";
export type { Decoded, DecodeResult, ResourceShare } from "./traces/decode-result.ts";
export {
  encodeTracesJson,
  type OtlpSpanDocument,
  type ResourceSpansDocument,
  type ScopeSpansDocument,
  type TracesDataDocument,
} from "./traces/encode-json.ts";
export { encodeTracesProtobuf } from "./traces/encode-protobuf.ts";
