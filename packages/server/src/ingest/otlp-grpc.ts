/*
 * OTLP/gRPC: the unary method Export of TraceService and of LogsService, spoken by hand on HTTP/2.
 *
 * A gRPC library would do more work for the same request and needs a message decoder of its own.
 * What the protocol asks for here is little (gRPC over HTTP/2, "Requests" and "Responses"): a
 * five-byte prefix before each message, status in the trailers, and a trailers-only answer for
 * every error.
 */
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import {
  encodeRpcStatus,
  grpcFrame,
  GrpcMessageReader,
  type GrpcProblem,
  GrpcStatus,
  grpcTrailers,
} from "@spoor/otlp";
import {
  DRAIN_MS_MAX,
  GRPC_IDLE_MS_MAX,
  GRPC_SESSION_WINDOW_BYTES,
  GRPC_STREAM_WINDOW_BYTES,
  GRPC_STREAMS_PER_CONNECTION_MAX,
  REQUEST_BYTES_MAX,
  REQUEST_MS_MAX,
} from "../base/limits.ts";
import type { Permit } from "./admission.ts";
import { exportResponse, GRPC_SIGNALS } from "./otlp-routes.ts";
import type { Reception } from "./reception.ts";
import type { Compression, Signal } from "../base/received-request.ts";
import { parseCompression } from "../intake/inflate.ts";
import {
  isTooLarge,
  type Refused,
  refusedAsMalformed,
  refusedAsOverload,
  refusedAsTooLate,
  refusedAsTooLargeAsSent,
} from "../intake/intake.ts";

/** A refusal with the gRPC status that says it. */
interface GrpcRefusal extends Refused {
  readonly code: GrpcStatus;
}

interface AcceptableCall {
  readonly signal: Signal;
  readonly compression: Compression;
}

/** A server for OTLP/gRPC that does not listen yet, and its open sessions. */
export interface OtlpGrpcServer {
  readonly server: Http2Server;
  /** Lets calls in flight finish, takes no new ones. */
  readonly close: () => void;
  /** Cuts what is left. */
  readonly destroy: () => void;
}

/** Creates the server; connections are handed to it. */
export function createOtlpGrpcServer(
  reception: Reception,
  requestMsMax: number = REQUEST_MS_MAX,
): OtlpGrpcServer {
  const server = createServer({
    settings: {
      initialWindowSize: GRPC_STREAM_WINDOW_BYTES,
      maxConcurrentStreams: GRPC_STREAMS_PER_CONNECTION_MAX,
      enablePush: false,
    },
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.setLocalWindowSize(GRPC_SESSION_WINDOW_BYTES);
    // A session that breaks is gone; its calls get their own errors.
    session.on("error", () => undefined);
    session.setTimeout(GRPC_IDLE_MS_MAX, () => session.close());
    session.once("close", () => sessions.delete(session));
  });
  server.on(
    "stream",
    (stream, headers) => void answer({ reception, requestMsMax }, stream, headers),
  );
  return {
    server,
    close: () => sessions.forEach((session) => session.close()),
    destroy: () => sessions.forEach((session) => session.destroy()),
  };
}

/** Never rejects: every failure becomes a status, or a stream that is cut. */
async function answer(
  { reception, requestMsMax }: { readonly reception: Reception; readonly requestMsMax: number },
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  stream.on("error", () => undefined);
  const from = addressOf(stream);
  const arriving = cutOffLate(stream, requestMsMax, () => {
    reception.refuse(from, refusedAsTooLate());
  });
  const refuseWith = (refusal: GrpcRefusal): void => {
    reception.refuse(from, refusal);
    refuse(stream, refusal);
  };
  const call = check(stream, headers);
  if (call === undefined) return;
  if ("kind" in call) return refuseWith(call);
  const permit = await reception.enter();
  if (permit === undefined) return refuseWith(withCode(refusedAsOverload()));
  const read = await readMessage(stream, permit);
  clearTimeout(arriving);
  if (read.kind !== "message") {
    permit.release();
    if (read.kind === "refused") refuseWith(withCode(read));
    return;
  }
  const reply = await reception.take({
    signal: call.signal,
    body: read.message,
    compression: read.isCompressed ? call.compression : "identity",
    encoding: "protobuf",
    from,
    permit,
  });
  if (reply.kind === "refused") refuse(stream, withCode(reply));
  else accept(stream, exportResponse(call.signal, reply, "protobuf"));
}

/** What an acceptable call sends, the refusal of another, or undefined when answered. */
function check(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): AcceptableCall | GrpcRefusal | undefined {
  if (!(headers["content-type"] ?? "").startsWith("application/grpc")) {
    // gRPC over HTTP/2, "Requests": no gRPC answer for what is not gRPC.
    stream.respond({ ":status": 415 }, { endStream: true });
    drain(stream);
    return undefined;
  }
  const path = headers[":path"] ?? "";
  const signal = GRPC_SIGNALS.get(path);
  if (signal === undefined) {
    const names = [...GRPC_SIGNALS.values()].join(" and ");
    const message = `there is no method ${path} here: this server receives ${names} only`;
    return { ...unsupported(message), code: GrpcStatus.unimplemented };
  }
  const name = headers["grpc-encoding"];
  const compression = parseCompression(Array.isArray(name) ? name[0] : name);
  if (compression !== undefined) return { signal, compression };
  const message = `cannot read grpc-encoding ${String(name)}: send identity, gzip or zstd`;
  return { ...unsupported(message), code: GrpcStatus.unimplemented };
}

/**
 * Closes a call that has not arrived whole in time. Not a time-out for silence, which a sender of a
 * byte a second would never meet.
 */
function cutOffLate(
  stream: ServerHttp2Stream,
  waitMsMax: number,
  onLate: () => void,
): NodeJS.Timeout {
  const timer = setTimeout(() => {
    onLate();
    stream.close();
  }, waitMsMax);
  stream.once("close", () => clearTimeout(timer));
  return timer;
}

type MessageRead =
  | { readonly kind: "message"; readonly message: Uint8Array; readonly isCompressed: boolean }
  | { readonly kind: "aborted" }
  | Refused;

async function readMessage(stream: ServerHttp2Stream, permit: Permit): Promise<MessageRead> {
  const reader = new GrpcMessageReader({ messageBytesMax: REQUEST_BYTES_MAX });
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      // An HTTP/2 stream without an encoding yields buffers only.
      const bytes = chunk as Buffer;
      permit.charge(bytes.length);
      const problem = reader.push(bytes);
      if (problem !== undefined) return refusalOf(problem);
    }
  } catch {
    // The sender went away or was too slow; there is nobody left to answer.
    return { kind: "aborted" };
  }
  const end = reader.end();
  return end.problem === undefined ? { kind: "message", ...end } : refusalOf(end);
}

/**
 * INTERNAL is what gRPC says of wrong framing; OTLP asks for INVALID_ARGUMENT when a request cannot
 * be decoded, and unlike INTERNAL every exporter takes it as final.
 */
function refusalOf({ code, problem }: GrpcProblem): Refused {
  if (code === GrpcStatus.resourceExhausted) {
    return refusedAsTooLargeAsSent();
  }
  return refusedAsMalformed(problem);
}

function unsupported(message: string): Refused {
  return { kind: "refused", reason: "request_unsupported", message };
}

/** OTLP specification, "Failures" of OTLP/gRPC: only UNAVAILABLE here may be sent again. */
function withCode(refused: Refused): GrpcRefusal {
  if (refused.retryDelayMs !== undefined) return { ...refused, code: GrpcStatus.unavailable };
  return {
    ...refused,
    code: isTooLarge(refused) ? GrpcStatus.resourceExhausted : GrpcStatus.invalidArgument,
  };
}

function accept(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond(
    {
      ":status": 200,
      "content-type": "application/grpc+proto",
      "grpc-accept-encoding": "identity,gzip,zstd",
    },
    { waitForTrailers: true },
  );
  stream.on("wantTrailers", () => stream.sendTrailers(grpcTrailers({ code: GrpcStatus.ok })));
  stream.end(grpcFrame(message));
}

function refuse(stream: ServerHttp2Stream, refusal: GrpcRefusal): void {
  if (stream.destroyed || stream.closed) return;
  const { code, message, retryDelayMs } = refusal;
  const statusDetails = encodeRpcStatus(
    { code, message, ...(retryDelayMs === undefined ? {} : { retryDelayMs }) },
    "protobuf",
  );
  stream.respond(
    {
      ":status": 200,
      "content-type": "application/grpc+proto",
      ...grpcTrailers({ code, message, statusDetails }),
      "grpc-accept-encoding": "identity,gzip,zstd",
    },
    { endStream: true },
  );
  drain(stream);
}

/** Throws away the rest of a refused call, for a bounded time. */
function drain(stream: ServerHttp2Stream): void {
  stream.resume();
  const timer = setTimeout(() => stream.close(), DRAIN_MS_MAX);
  stream.once("close", () => clearTimeout(timer));
}

function addressOf(stream: ServerHttp2Stream): string {
  const socket = stream.session?.socket;
  return `${socket?.remoteAddress ?? "unknown"}:${socket?.remotePort ?? 0}`;
}
