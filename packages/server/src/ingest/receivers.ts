/*
 * The two ports that receive spans.
 *
 * Each port understands both HTTP/1.1 and HTTP/2, but serves only its own protocol: the other one
 * is told where to go.
 */
import type { Server } from "node:net";
import type { ListenerStatus } from "@spoor/trace";
import { STOP_MS_MAX } from "../base/limits.ts";
import { listen } from "../ports/listen.ts";
import { createProtocolPort } from "../ports/protocol-port.ts";
import { createGrpcOnHttpPort, createHttpOnGrpcPort } from "../ports/wrong-protocol.ts";
import type { Reception } from "./reception.ts";
import { createOtlpGrpcServer } from "./otlp-grpc.ts";
import { createOtlpHttpServer } from "./otlp-http.ts";

/** How often a stopping server looks for connections that have become idle. */
const IDLE_CHECK_MS = 20;

/** Where to receive. */
export interface ReceiverOptions {
  readonly reception: Reception;
  readonly host: string;
  readonly grpcPort: number;
  readonly httpPort: number;
}

/** Open receivers. */
export interface Receivers {
  readonly listeners: readonly ListenerStatus[];
  /** Stops taking requests, finishes those in flight, and cuts what is left after STOP_MS_MAX. */
  readonly close: () => Promise<void>;
}

/** Opens both ports, or neither. */
export async function startReceivers({
  reception,
  host,
  ...ports
}: ReceiverOptions): Promise<Receivers> {
  const grpc = createOtlpGrpcServer(reception);
  const http = createOtlpHttpServer(reception);
  const onConnection = (from: string): void => reception.connected(from);
  const onMistake = ({
    from,
    message,
  }: {
    readonly from: string;
    readonly message: string;
  }): void => reception.refuse(from, { kind: "refused", reason: "request_unsupported", message });
  // The words name ports that are known only once both are open.
  const opened = { grpcPort: ports.grpcPort, httpPort: ports.httpPort };
  const wrongOnGrpc = createHttpOnGrpcPort(() => httpOnGrpc(opened), onMistake);
  const wrongOnHttp = createGrpcOnHttpPort(() => grpcOnHttp(opened), onMistake);
  const onTooMany = (): void => reception.connectionRefused();
  const told = { onConnection, onTooMany };
  const grpcPort = createProtocolPort({ http1: wrongOnGrpc, http2: grpc.server, ...told });
  const httpPort = createProtocolPort({ http1: http, http2: wrongOnHttp, ...told });
  const grpcListen = {
    host,
    port: ports.grpcPort,
    name: "OTLP/gRPC",
    flag: "--grpc-port",
  } as const;
  const httpListen = {
    host,
    port: ports.httpPort,
    name: "OTLP/HTTP",
    flag: "--http-port",
  } as const;
  try {
    opened.grpcPort = await listen(grpcPort, grpcListen);
    opened.httpPort = await listen(httpPort, httpListen);
  } catch (error) {
    grpcPort.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    const allClosed = Promise.all([closed(grpcPort), closed(httpPort)]);
    grpc.close();
    // A connection that becomes idle after this moment would otherwise be kept alive.
    const idle = setInterval(() => http.closeIdleConnections(), IDLE_CHECK_MS);
    const late = setTimeout(() => {
      grpc.destroy();
      http.closeAllConnections();
    }, STOP_MS_MAX);
    await allClosed;
    clearInterval(idle);
    clearTimeout(late);
    http.close();
    wrongOnGrpc.close();
  };
  const listeners: ListenerStatus[] = [
    { name: "OTLP/gRPC", host, port: opened.grpcPort },
    { name: "OTLP/HTTP", host, port: opened.httpPort },
  ];
  return { listeners, close };
}

interface OpenedPorts {
  readonly grpcPort: number;
  readonly httpPort: number;
}

function httpOnGrpc({ grpcPort, httpPort }: OpenedPorts): string {
  return (
    `port ${grpcPort} speaks OTLP/gRPC and this is HTTP/1.1: send to http://localhost:${httpPort}, ` +
    "or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
  );
}

function grpcOnHttp({ grpcPort, httpPort }: OpenedPorts): string {
  return (
    `port ${httpPort} speaks OTLP/HTTP and this is gRPC: send to http://localhost:${grpcPort}, ` +
    "or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
  );
}

async function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await promise;
}
