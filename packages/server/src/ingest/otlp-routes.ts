/*
 * Where each signal is received, and what its sender is answered. A signal is one line in each
 * table.
 */
import { encodeLogsResponse, encodeTracesResponse, type OtlpEncoding } from "@spoor/otlp";
import type { Signal } from "../base/received-request.ts";
import type { Accepted } from "../intake/intake.ts";

/** Paths of OTLP/HTTP. OTLP specification, "OTLP/HTTP Request". */
export const HTTP_SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ["/v1/traces", "traces"],
  ["/v1/logs", "logs"],
]);

/** Methods of OTLP/gRPC. trace_service.proto and logs_service.proto. */
export const GRPC_SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ["/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces"],
  ["/opentelemetry.proto.collector.logs.v1.LogsService/Export", "logs"],
]);

/** The export response of a signal. */
export function exportResponse(
  signal: Signal,
  reply: Accepted,
  encoding: OtlpEncoding,
): Uint8Array {
  if (signal === "traces") return encodeTracesResponse(reply, encoding);
  const { errorMessage } = reply;
  // What is wrong with a log record is never a reason to reject it.
  return encodeLogsResponse({ rejectedLogRecordCount: 0, errorMessage }, encoding);
}
