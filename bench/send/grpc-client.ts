import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from "node:http2";
import { decodeTracesResponse, GrpcStatus } from "@spoor/otlp";

/**
 * What came of a request. `unknown`: the connection broke before an answer, so that the server may
 * or may not have kept it.
 */
export type SendResult =
  | { readonly kind: "acknowledged"; readonly rejectedSpans: number }
  | { readonly kind: "refused"; readonly code: number; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

const EXPORT_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const PREFIX_BYTES = 5;

/** Sends gzip OTLP/gRPC requests over one connection, which is opened again when it breaks. */
export class GrpcClient {
  readonly #url: string;
  #session: ClientHttp2Session | undefined;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Sends one request. Never rejects. */
  send(gzipBody: Uint8Array): Promise<SendResult> {
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    const stream = this.#open().request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: EXPORT_PATH,
      "content-type": "application/grpc",
      "grpc-encoding": "gzip",
      te: "trailers",
    });
    let end: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("response", (headers) => (end = headers));
    stream.on("trailers", (trailers) => (end = trailers));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", (error) => resolve({ kind: "unknown", message: error.message }));
    stream.on("close", () => resolve(resultOf(end, Buffer.concat(chunks))));
    const frame = Buffer.allocUnsafe(PREFIX_BYTES + gzipBody.length);
    frame.writeUInt8(1, 0);
    frame.writeUInt32BE(gzipBody.length, 1);
    frame.set(gzipBody, PREFIX_BYTES);
    stream.end(frame);
    return promise;
  }

  close(): void {
    this.#session?.destroy();
  }

  #open(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      const session = connect(this.#url);
      // Every stream of it reports the error too.
      session.on("error", () => undefined);
      this.#session = session;
    }
    return this.#session;
  }
}

function resultOf(end: IncomingHttpHeaders, body: Buffer): SendResult {
  const status = end["grpc-status"];
  if (status === undefined) return { kind: "unknown", message: "the stream ended early" };
  const code = Number(status);
  if (code !== GrpcStatus.ok) {
    return { kind: "refused", code, message: String(end["grpc-message"] ?? "") };
  }
  const response = decodeTracesResponse(body.subarray(PREFIX_BYTES), "protobuf");
  if (!("rejectedSpanCount" in response)) {
    return { kind: "unknown", message: "the answer cannot be read" };
  }
  return { kind: "acknowledged", rejectedSpans: response.rejectedSpanCount };
}
