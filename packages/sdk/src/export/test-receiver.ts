/*
 * Receivers for tests: real servers on free ports that answer as they are told.
 */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { decodeTracesProtobuf, grpcFrame } from "@spoor/otlp";
import { LossLedger, type Span, SpanBatch, spansOf } from "@spoor/trace";
import { defaultEndpoint } from "../settings/endpoint.ts";
import type { Endpoint } from "../settings/export-settings.ts";

/** What arrived. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decompressed, without a prefix of gRPC. */
  readonly body: Uint8Array;
}

/** A server that keeps what it is sent. */
export interface TestReceiver {
  readonly endpoint: Endpoint;
  readonly requests: ReceivedRequest[];
  /** Of all requests, taken or not. */
  spans(): Span[];
  /** Connections made so far. */
  connectionCount(): number;
  /** Resolves with the `count`th request from the start. */
  waitForRequests(count: number): Promise<void>;
  close(): Promise<void>;
}

/** What an HTTP receiver does with a request. */
export type HttpAnswerer = (response: ServerResponse, index: number) => void;

/** Takes everything. */
export const takeHttp: HttpAnswerer = (response) => {
  response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
};

/** Starts an OTLP/HTTP receiver, at a free port unless one is given. */
export async function startHttpReceiver(
  answer: HttpAnswerer = takeHttp,
  port: number = 0,
): Promise<TestReceiver> {
  const log = new RequestLog();
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = inflate(Buffer.concat(chunks), request.headers["content-encoding"]);
      const index = log.add({ path: request.url ?? "", headers: request.headers, body });
      answer(response, index);
    });
    request.on("error", () => undefined);
  });
  server.on("connection", () => (connections += 1));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: endpointOf(server.address(), "http/protobuf"),
    ...log.face(),
    connectionCount: () => connections,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** How a gRPC receiver ends a call. */
export interface GrpcReply {
  readonly code: number;
  readonly message?: string;
  readonly details?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What a gRPC receiver does with call `index`, from 0; undefined leaves it without an answer. */
export type GrpcAnswerer = (index: number, session: ServerHttp2Session) => GrpcReply | undefined;

/** Starts an OTLP/gRPC receiver. */
export async function startGrpcReceiver(
  answer: GrpcAnswerer = () => ({ code: 0 }),
): Promise<TestReceiver> {
  const log = new RequestLog();
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;
  const server = createHttp2Server();
  server.on("session", (session) => {
    connections += 1;
    sessions.add(session);
    session.on("error", () => undefined);
    session.on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const message = Buffer.concat(chunks).subarray(5);
      const body = inflate(message, headers["grpc-encoding"]);
      const index = log.add({ path: headers[":path"] ?? "", headers, body });
      // The session of a stream that a server received.
      const session = stream.session as ServerHttp2Session | undefined;
      const reply = session === undefined ? undefined : answer(index, session);
      if (reply === undefined || stream.destroyed) return;
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", ...reply.headers },
        { waitForTrailers: true },
      );
      stream.on("wantTrailers", () => {
        stream.sendTrailers({
          "grpc-status": String(reply.code),
          ...(reply.message === undefined ? {} : { "grpc-message": reply.message }),
          ...(reply.details === undefined
            ? {}
            : { "grpc-status-details-bin": Buffer.from(reply.details).toString("base64") }),
        });
      });
      stream.end(reply.code === 0 ? grpcFrame(reply.body ?? new Uint8Array()) : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: endpointOf(server.address(), "grpc"),
    ...log.face(),
    connectionCount: () => connections,
    close: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A port of this machine at which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

class RequestLog {
  readonly #requests: ReceivedRequest[] = [];
  readonly #waiters = new Set<() => void>();

  add(request: ReceivedRequest): number {
    this.#requests.push(request);
    for (const wake of this.#waiters) wake();
    return this.#requests.length - 1;
  }

  face(): Pick<TestReceiver, "requests" | "spans" | "waitForRequests"> {
    return {
      requests: this.#requests,
      spans: () => this.#requests.flatMap((request) => spansIn(request)),
      waitForRequests: async (count) => {
        while (this.#requests.length < count) {
          await new Promise<void>((resolve) => {
            const wake = (): void => {
              this.#waiters.delete(wake);
              resolve();
            };
            this.#waiters.add(wake);
          });
        }
      },
    };
  }
}

/** Spans of a request of traces. */
export function spansIn({ path, body }: ReceivedRequest): Span[] {
  if (!path.includes("race")) return [];
  const batch = new SpanBatch();
  const result = decodeTracesProtobuf(body, batch, new LossLedger());
  if ("malformed" in result) throw new Error(result.malformed);
  return [...spansOf(batch)];
}

function inflate(body: Buffer, encoding: unknown): Uint8Array {
  if (encoding === "gzip") return gunzipSync(body);
  return encoding === "zstd" ? zstdDecompressSync(body) : body;
}

function endpointOf(
  address: AddressInfo | string | null,
  protocol: Endpoint["protocol"],
): Endpoint {
  // A server that listens on a port has an address of this kind.
  const { port } = address as AddressInfo;
  return { ...defaultEndpoint(protocol), host: "127.0.0.1", port };
}
