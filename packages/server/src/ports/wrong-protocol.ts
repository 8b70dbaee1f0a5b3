import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import { enforceTimeouts, HTTP_TIMEOUTS } from "./http-timeouts.ts";
import { encodeRpcStatus, GrpcStatus, grpcTrailers } from "@spoor/otlp";

import { REQUEST_HEAD_MS_MAX } from "../base/limits.ts";

/** Told of every client on the wrong port. */
export type OnWrongProtocol = (mistake: {
  readonly from: string;
  readonly message: string;
}) => void;

/**
 * Answers HTTP/1.1 on the gRPC port: 400 with a Status that names the right port. 400 because no
 * exporter sends again after it.
 */
export function createHttpOnGrpcPort(words: () => string, onMistake: OnWrongProtocol): HttpServer {
  const server = createHttpServer(HTTP_TIMEOUTS, (request, response) => {
    const message = words();
    const { remoteAddress, remotePort } = request.socket;
    onMistake({ from: `${remoteAddress ?? "unknown"}:${remotePort ?? 0}`, message });
    request.resume();
    const isProtobuf = request.headers["content-type"] === "application/x-protobuf";
    const encoding = isProtobuf ? "protobuf" : "json";
    const body = encodeRpcStatus({ code: GrpcStatus.invalidArgument, message }, encoding);
    response.writeHead(400, {
      "content-type": isProtobuf ? "application/x-protobuf" : "application/json",
      "content-length": body.length,
      connection: "close",
    });
    response.end(body);
  });
  enforceTimeouts(server);
  return server;
}

/** Answers gRPC on the HTTP port: INVALID_ARGUMENT, which no exporter sends again. */
export function createGrpcOnHttpPort(words: () => string, onMistake: OnWrongProtocol): Http2Server {
  const server = createHttp2Server();
  server.on("session", (session) => {
    session.on("error", () => undefined);
    session.setTimeout(REQUEST_HEAD_MS_MAX, () => session.destroy());
  });
  server.on("stream", (stream) => {
    const message = words();
    const socket = stream.session?.socket;
    onMistake({
      from: `${socket?.remoteAddress ?? "unknown"}:${socket?.remotePort ?? 0}`,
      message,
    });
    stream.on("error", () => undefined);
    stream.respond(
      {
        ":status": 200,
        "content-type": "application/grpc+proto",
        ...grpcTrailers({ code: GrpcStatus.invalidArgument, message }),
      },
      { endStream: true },
    );
    stream.resume();
  });
  return server;
}
