/*
 * OTLP/gRPC on node:http2: a unary call is a POST of one prefixed message, and its answer a message
 * and trailers. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md.
 *
 * One session carries every call. It is left, and made again by the next call, when it ends, when
 * the receiver is about to leave (GOAWAY), and when a call had no answer in its time: a connection
 * that died without a word would otherwise swallow one call after the other.
 */
import { deferred } from "@spoor/trace/basics";
import { Buffer } from "node:buffer";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import { decodeGrpcMessage, GrpcStatus } from "@spoor/otlp/wire";
import { AnswerBytes } from "./answer-bytes.ts";
import { failureOutcome } from "./connection-failure.ts";
import { grpcOutcome } from "./outcome.ts";
import { secureOptions, type TransportOptions } from "./transport-options.ts";
import type { ExportRequest, Outcome, Signal, Transport } from "./transport.ts";

const PATHS: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
};

/** The flag and the length before a message. */
const PREFIX_BYTES = 5;

/** Of HTTP, where the answer does not speak gRPC. doc/http-grpc-status-mapping.md. */
const CODE_OF_HTTP: ReadonlyMap<number, number> = new Map([
  [400, GrpcStatus.internal],
  [401, GrpcStatus.unauthenticated],
  [403, GrpcStatus.permissionDenied],
  [404, GrpcStatus.unimplemented],
  [429, GrpcStatus.unavailable],
  [502, GrpcStatus.unavailable],
  [503, GrpcStatus.unavailable],
  [504, GrpcStatus.unavailable],
]);

/** A receiver that speaks OTLP/gRPC. */
export class GrpcTransport implements Transport {
  readonly name: string;
  readonly #options: TransportOptions;
  #session: ClientHttp2Session | undefined;

  constructor(options: TransportOptions) {
    const { endpoint } = options;
    this.name = `${endpoint.host}:${endpoint.port} (grpc)`;
    this.#options = options;
  }

  send(request: ExportRequest): Promise<Outcome> {
    const { promise, resolve } = deferred<Outcome>();
    try {
      const session = this.#openSession();
      const stream = session.request(this.#headers(request));
      this.#readAnswer({ request, session, stream, settle: resolve });
      writeMessage(stream, request);
    } catch (error) {
      resolve(failureOutcome(error, {}));
    }
    return promise;
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #openSession(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) {
      return this.#session;
    }
    const { endpoint, certificates } = this.#options;
    const host = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
    const authority = `${endpoint.isSecure ? "https" : "http"}://${host}:${endpoint.port}`;
    const session = connect(authority, {
      settings: { enablePush: false },
      ...(endpoint.isSecure ? secureOptions(certificates) : {}),
    });
    session.unref();
    const leave = (): void => {
      this.#leave(session);
    };
    // Each call under way is told the error, too.
    session.on("error", leave).on("goaway", leave).on("close", leave);
    this.#session = session;
    return session;
  }

  #leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined;
    if (!session.closed) session.close();
  }

  #headers({ signal, encoding }: ExportRequest): OutgoingHttpHeaders {
    const { headers, attemptMsMax, userAgent } = this.#options;
    return {
      ...Object.fromEntries(headers),
      ":method": "POST",
      ":path": PATHS[signal],
      "content-type": "application/grpc",
      "user-agent": userAgent,
      "grpc-timeout": `${attemptMsMax}m`,
      "grpc-accept-encoding": "identity",
      ...(encoding === "identity" ? {} : { "grpc-encoding": encoding }),
      te: "trailers",
    };
  }

  #readAnswer(call: {
    readonly request: ExportRequest;
    readonly session: ClientHttp2Session;
    readonly stream: ClientHttp2Stream;
    readonly settle: (outcome: Outcome) => void;
  }): void {
    const { request, session, stream, settle } = call;
    const { attemptMsMax } = this.#options;
    const answer = new AnswerBytes();
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    let failure: unknown;
    const timer = setTimeout(() => {
      failure = new Error(`no whole answer within ${attemptMsMax} ms`);
      stream.close(constants.NGHTTP2_CANCEL);
      this.#leave(session);
      session.destroy();
    }, attemptMsMax).unref();
    stream.on("response", (received) => {
      headers = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.on("data", (chunk: Uint8Array) => {
      answer.push(chunk);
    });
    stream.on("error", (error) => {
      // A call that was cancelled because its connection broke names the reason as its cause.
      failure ??= error.cause ?? error;
    });
    stream.on("close", () => {
      clearTimeout(timer);
      const outcome = answered({ request, headers, trailers, body: answer.bytes() });
      const broken = failure ?? new Error("the call ended without a status");
      settle(outcome ?? failureOutcome(broken, {}));
    });
  }
}

function writeMessage(stream: ClientHttp2Stream, request: ExportRequest): void {
  const [first = new Uint8Array(), ...rest] = request.parts;
  const head = Buffer.allocUnsafe(PREFIX_BYTES + first.length);
  head[0] = request.encoding === "identity" ? 0 : 1;
  head.writeUInt32BE(request.byteCount, 1);
  head.set(first, PREFIX_BYTES);
  // Corked, so that head and first chunk leave together.
  stream.cork();
  stream.write(head);
  writeParts(stream, rest, 0);
  stream.uncork();
}

/**
 * Writes one part, the next when it is with the system: a chunk is as much as may be copied in one
 * turn of the event loop. A stream that broke calls back with an error, and is written no further.
 */
function writeParts(stream: ClientHttp2Stream, parts: readonly Uint8Array[], index: number): void {
  const part = parts[index];
  if (part === undefined || index === parts.length - 1) {
    stream.end(part);
    return;
  }
  stream.write(part, (error) => {
    if (error === undefined || error === null) writeParts(stream, parts, index + 1);
  });
}

/** What the receiver said, or undefined when it ended the call without saying anything. */
function answered(answer: {
  readonly request: ExportRequest;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Uint8Array | undefined;
}): Outcome | undefined {
  const { request, headers, trailers, body } = answer;
  const status = Number(headers[":status"] ?? 200);
  // A call that fails at once has its status among the headers: "trailers-only".
  const end = trailers["grpc-status"] === undefined ? headers : trailers;
  const code = grpcCode(end["grpc-status"]) ?? CODE_OF_HTTP.get(status);
  if (code === undefined) {
    return status === 200
      ? undefined
      : { kind: "refused", reason: `HTTP ${status} instead of gRPC` };
  }
  const details = end["grpc-status-details-bin"];
  return grpcOutcome({
    signal: request.signal,
    encoding: request.encoding,
    code,
    text: decodeGrpcMessage(String(end["grpc-message"] ?? "")),
    details: details === undefined ? undefined : Buffer.from(String(details), "base64"),
    accepts: String(headers["grpc-accept-encoding"] ?? "").toLowerCase(),
    message: body === undefined || body.length < PREFIX_BYTES ? body : messageOf(body),
  });
}

function grpcCode(header: string | string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,2}$/.test(header) ? Number(header) : undefined;
}

/** The message after its prefix; undefined when it is compressed or shorter than it says. */
function messageOf(body: Uint8Array): Uint8Array | undefined {
  const length = new DataView(body.buffer, body.byteOffset, body.length).getUint32(1, false);
  const isWhole = body[0] === 0 && body.length === PREFIX_BYTES + length;
  return isWhole ? body.subarray(PREFIX_BYTES) : undefined;
}
