/*
 * One TCP port that notices which protocol a client speaks.
 *
 * The first bytes tell: HTTP/2 without TLS begins with a fixed preface, everything else is taken
 * for HTTP/1.1. A client on the wrong port would otherwise see a reset connection, and its owner
 * would spend an afternoon on it; here it gets an answer that names the right port.
 */
import type { Server as HttpServer } from "node:http";
import type { Http2Server } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { CONNECTIONS_PER_PORT_MAX, FIRST_BYTES_MS_MAX } from "../base/limits.ts";

/** RFC 9113, section 3.4; the first 3 bytes already rule out every HTTP/1.1 method we answer. */
const PREFACE = Buffer.from("PRI * HTTP/2.0");

/** Who gets the connections of each protocol. */
export interface ProtocolHandlers {
  readonly http1: HttpServer;
  readonly http2: Http2Server;
  readonly onConnection?: (from: string) => void;
  /** Called for each connection that was closed at once, because there were too many. */
  readonly onTooMany?: () => void;
  readonly connectionsMax?: number;
}

/** Errors before the hand-over concern nobody: no request was read. */
function ignore(): void {}

/** A TCP server that hands each connection on. It does not listen yet. */
export function createProtocolPort(handlers: ProtocolHandlers): Server {
  const server = createServer({ noDelay: true }, (socket) => {
    handlers.onConnection?.(`${socket.remoteAddress ?? "unknown"}:${socket.remotePort ?? 0}`);
    socket.on("error", ignore);
    socket.setTimeout(FIRST_BYTES_MS_MAX, () => socket.destroy());
    socket.once("readable", () => {
      const first = firstBytes(socket);
      if (first === undefined) return;
      socket.unshift(first);
      socket.setTimeout(0);
      socket.removeListener("error", ignore);
      const isHttp2 = PREFACE.subarray(0, first.length).equals(first.subarray(0, PREFACE.length));
      (isHttp2 ? handlers.http2 : handlers.http1).emit("connection", socket);
    });
  });
  server.maxConnections = handlers.connectionsMax ?? CONNECTIONS_PER_PORT_MAX;
  server.on("drop", () => handlers.onTooMany?.());
  return server;
}

function firstBytes(socket: Socket): Buffer | undefined {
  // A socket without an encoding yields buffers only, or null at its end.
  return (socket.read() as Buffer | null) ?? undefined;
}
