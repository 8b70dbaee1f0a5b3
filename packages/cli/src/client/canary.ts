/*
 * A span that is sent to find out whether spans arrive: over OTLP/HTTP and OTLP/gRPC, as an
 * exporter would send it. It is stored like any other, under the service `spoor-doctor`.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { decodeGrpcMessage, encodeTracesProtobuf, grpcFrame, GrpcStatus } from "@spoor/otlp";
import { errorCode, errorMessage, keys, plainScope, plainSpan, type Span } from "@spoor/trace";

/** Where to send, and how long to wait for the answer. */
export interface CanaryTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** Why a span was not taken; undefined when it was. */
export type CanaryProblem = string | undefined;

/** A span of one moment with ids of its own. */
export function canarySpan(nowUnixNano: bigint, protocol: string): Span {
  return plainSpan({
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    flags: 1,
    name: `canary over ${protocol}`,
    kind: 1,
    startTimeUnixNano: nowUnixNano,
    endTimeUnixNano: nowUnixNano,
    resource: {
      attributes: new Map([[keys.serviceName, "spoor-doctor"]]),
      droppedAttributesCount: 0,
      schemaUrl: "",
      entityRefs: [],
    },
    scope: plainScope("spoor-doctor"),
  });
}

/** Sends over OTLP/HTTP. Never rejects. */
export async function sendOverHttp(
  span: Span,
  { host, port, timeoutMs }: CanaryTarget,
): Promise<CanaryProblem> {
  try {
    const response = await fetch(`http://${hostText(host)}:${port}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(encodeTracesProtobuf([span])),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    return response.status === 200 ? undefined : `it answered ${response.status}`;
  } catch (error) {
    return reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
}

/** Sends over OTLP/gRPC. Never rejects. */
export async function sendOverGrpc(
  span: Span,
  { host, port, timeoutMs }: CanaryTarget,
): Promise<CanaryProblem> {
  const session = connect(`http://${hostText(host)}:${port}`);
  const failed = Promise.withResolvers<never>();
  session.on("error", failed.reject);
  failed.promise.catch(() => undefined);
  try {
    return await Promise.race([exportOver(session, span, timeoutMs), failed.promise]);
  } catch (error) {
    return reasonOf(error);
  } finally {
    session.destroy();
  }
}

async function exportOver(
  session: ReturnType<typeof connect>,
  span: Span,
  timeoutMs: number,
): Promise<CanaryProblem> {
  const call = session.request({
    ":method": "POST",
    ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "content-type": "application/grpc",
    te: "trailers",
  });
  const end: IncomingHttpHeaders = {};
  // An answer without a message has its status in the headers, any other one in the trailers.
  for (const event of ["response", "trailers"] as const) {
    call.on(event, (headers: IncomingHttpHeaders) => Object.assign(end, headers));
  }
  call.resume();
  call.end(grpcFrame(encodeTracesProtobuf([span])));
  await once(call, "close", { signal: AbortSignal.timeout(timeoutMs) });
  const status = Number(end["grpc-status"] ?? Number.NaN);
  if (status === GrpcStatus.ok) return undefined;
  const message = end["grpc-message"];
  const words = typeof message === "string" ? `: ${decodeGrpcMessage(message)}` : "";
  return Number.isNaN(status) ? "it does not speak gRPC" : `it answered status ${status}${words}`;
}

function hostText(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError")) {
    return "it did not answer in time";
  }
  return errorCode(error) === "ECONNREFUSED" ? "connection refused" : errorMessage(error);
}
