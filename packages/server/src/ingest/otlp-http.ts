/*
 * OTLP/HTTP: POST /v1/traces or /v1/logs with a protobuf or JSON body (OTLP specification,
 * "OTLP/HTTP").
 *
 * Every refusal carries a google.rpc.Status in the encoding of the request. A refused body is
 * read and thrown away for a while, because a client that is still writing sees a reset
 * connection otherwise, and never the reason.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { encodeRpcStatus, type OtlpEncoding, GrpcStatus } from "@spoor/otlp";
import { errorCode } from "@spoor/trace";
import { DRAIN_MS_MAX, REQUEST_BYTES_MAX } from "../base/limits.ts";
import { enforceTimeouts, HTTP_TIMEOUTS } from "../ports/http-timeouts.ts";
import { readBody } from "./body.ts";
import { exportResponse, HTTP_SIGNALS } from "./otlp-routes.ts";
import type { Reception } from "./reception.ts";
import type { Compression, Signal } from "../base/received-request.ts";
import { parseCompression } from "../intake/inflate.ts";
import {
  type Accepted,
  isTooLarge,
  type Refused,
  refusedAsOverload,
  refusedAsTooLate,
  refusedAsTooLargeAsSent,
} from "../intake/intake.ts";

const CONTENT_TYPES = { protobuf: "application/x-protobuf", json: "application/json" } as const;

/** A refusal with the HTTP status that says it. */
interface HttpRefusal extends Refused {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface AcceptableRequest {
  readonly signal: Signal;
  readonly encoding: OtlpEncoding;
  readonly compression: Compression;
}

/** A server for OTLP/HTTP that does not listen yet: connections are handed to it. */
export function createOtlpHttpServer(
  reception: Reception,
  timeouts: ServerOptions = HTTP_TIMEOUTS,
): Server {
  const server = createServer(
    timeouts,
    (request, response) => void answer(reception, request, response),
  );
  enforceTimeouts(server);
  server.on("clientError", (error, socket) => refuseUnread(reception, error, socket));
  return server;
}

/** Never rejects: every failure becomes an answer, or a connection that is cut. */
async function answer(
  reception: Reception,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const from = addressOf(request);
  const encoding = encodingOf(request) ?? "json";
  const checked = check(request);
  if ("status" in checked) {
    reception.refuse(from, checked);
    refuse({ request, response, encoding, refusal: checked });
    return;
  }
  const permit = await reception.enter();
  if (permit === undefined) {
    const refusal = { ...refusedAsOverload(), status: 503 };
    reception.refuse(from, refusal);
    refuse({ request, response, encoding, refusal });
    return;
  }
  const read = await readBody(request, { bytesMax: REQUEST_BYTES_MAX, permit });
  if (read.kind === "body") {
    const reply = await reception.take({
      ...checked,
      body: read.body,
      from,
      permit,
    });
    if (reply.kind === "accepted") accept(response, checked, reply);
    else refuse({ request, response, encoding, refusal: { ...reply, status: statusOf(reply) } });
    return;
  }
  permit.release();
  if (read.kind === "aborted") return;
  const refusal = { ...refusedAsTooLargeAsSent(), status: 413 };
  reception.refuse(from, refusal);
  refuse({ request, response, encoding, refusal });
}

/** What Node could not read as a request, or did not get in time; answered as Node would. */
function refuseUnread(reception: Reception, error: Error, socket: Duplex): void {
  const isLate = errorCode(error) === "ERR_HTTP_REQUEST_TIMEOUT";
  const isGone = errorCode(error) === "ECONNRESET" || !socket.writable;
  if (isLate) {
    const from = socket instanceof Socket ? addressOf({ socket }) : "unknown";
    reception.refuse(from, refusedAsTooLate());
  }
  if (isGone) socket.destroy();
  else {
    const status = isLate ? "408 Request Timeout" : "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  }
}

function check(request: IncomingMessage): AcceptableRequest | HttpRefusal {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const signal = HTTP_SIGNALS.get(path);
  if (signal === undefined) {
    const paths = [...HTTP_SIGNALS].map(([known, name]) => `${name} at POST ${known}`);
    const message = `there is no ${path} here: this server receives ${paths.join(" and ")}`;
    return { ...unsupported(message), status: 404 };
  }
  if (request.method !== "POST") {
    const message = `${request.method} is not allowed at ${path}: send with POST`;
    return { ...unsupported(message), status: 405, headers: { allow: "POST" } };
  }
  const encoding = encodingOf(request);
  if (encoding === undefined) {
    const given = request.headers["content-type"] ?? "none";
    const accepted = `${CONTENT_TYPES.protobuf} or ${CONTENT_TYPES.json}`;
    const message = `cannot read content-type ${given}: send ${accepted}`;
    return {
      ...unsupported(message),
      status: 415,
      headers: { accept: Object.values(CONTENT_TYPES).join(", ") },
    };
  }
  const compression = parseCompression(request.headers["content-encoding"]);
  if (compression === undefined) {
    const message = `cannot read content-encoding ${request.headers["content-encoding"]}: send none, gzip or zstd`;
    return { ...unsupported(message), status: 415, headers: { "accept-encoding": "gzip, zstd" } };
  }
  if (Number(request.headers["content-length"] ?? 0) > REQUEST_BYTES_MAX) {
    return { ...refusedAsTooLargeAsSent(), status: 413 };
  }
  return { signal, encoding, compression };
}

function encodingOf(request: IncomingMessage): OtlpEncoding | undefined {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf || type === "application/protobuf") return "protobuf";
  return type === CONTENT_TYPES.json ? "json" : undefined;
}

function unsupported(message: string): Refused {
  return { kind: "refused", reason: "request_unsupported", message };
}

/** OTLP specification, "Failures": 400 is final, 413 is final, 503 may be sent again. */
function statusOf(refused: Refused): number {
  if (refused.retryDelayMs !== undefined) return 503;
  return isTooLarge(refused) ? 413 : 400;
}

const RPC_CODE_OF_STATUS: Readonly<Record<number, number>> = {
  400: GrpcStatus.invalidArgument,
  404: GrpcStatus.notFound,
  405: GrpcStatus.unimplemented,
  413: GrpcStatus.resourceExhausted,
  415: GrpcStatus.invalidArgument,
  503: GrpcStatus.unavailable,
};

function accept(
  response: ServerResponse,
  { signal, encoding }: AcceptableRequest,
  reply: Accepted,
): void {
  write(response, encoding, 200, exportResponse(signal, reply, encoding));
  response.end();
}

function refuse(options: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly encoding: OtlpEncoding;
  readonly refusal: HttpRefusal;
}): void {
  const { request, response, encoding, refusal } = options;
  const { status, message, retryDelayMs } = refusal;
  for (const [name, value] of Object.entries(refusal.headers ?? {}))
    response.setHeader(name, value);
  if (retryDelayMs !== undefined) {
    response.setHeader("retry-after", Math.max(1, Math.ceil(retryDelayMs / 1000)));
  }
  if (!request.complete) response.setHeader("connection", "close");
  const code = RPC_CODE_OF_STATUS[status] ?? GrpcStatus.internal;
  const body = encodeRpcStatus(
    { code, message, ...(retryDelayMs === undefined ? {} : { retryDelayMs }) },
    encoding,
  );
  write(response, encoding, status, body);
  if (request.complete) response.end();
  else endAfterBody(request, response);
}

function write(
  response: ServerResponse,
  encoding: OtlpEncoding,
  status: number,
  body: Uint8Array,
): void {
  response.writeHead(status, {
    "content-type": CONTENT_TYPES[encoding],
    "content-length": body.length,
  });
  response.write(body);
}

/**
 * Throws away the rest of a refused body, for a bounded time, and only then ends the answer, which
 * is written already. With its end Node closes the connection, and a sender that is still writing
 * would see a broken pipe instead of the reason.
 */
function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  const end = (): void => {
    clearTimeout(timer);
    if (!response.writableEnded) response.end();
  };
  const timer = setTimeout(end, DRAIN_MS_MAX);
  request.on("error", end);
  request.once("close", end);
  request.once("end", end);
  request.resume();
}

function addressOf(request: { readonly socket: Socket }): string {
  return `${request.socket.remoteAddress ?? "unknown"}:${request.socket.remotePort ?? 0}`;
}
