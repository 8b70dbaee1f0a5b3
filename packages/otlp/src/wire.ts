/**
 * The part of the wire that a sender needs: writing messages, and reading what a receiver answers.
 *
 * A face of its own, because an application that loads the SDK should not load the decoders of
 * requests with it.
 */
export { decodeGrpcMessage } from "./grpc/trailers.ts";
export { GrpcStatus } from "./grpc/status.ts";
export { writeLogRecord } from "./logs/encode-protobuf.ts";
export { ProtobufWriter } from "./protobuf/writer.ts";
export { decodeLogsResponse } from "./reply/logs-response.ts";
export { decodeRpcStatus } from "./reply/rpc-status.ts";
export { decodeTracesResponse } from "./reply/traces-response.ts";
export { RequestField, ResourceEnvelopeField, ScopeEnvelopeField } from "./values/field-numbers.ts";
export { writeResource, writeScope } from "./values/write-request.ts";
