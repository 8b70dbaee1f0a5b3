/*
 * Sends OTLP requests of any signal over every protocol and compression, and expects success.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { grpcFrame } from "@spoor/otlp";
import type { SpoorProcess } from "./spoor-process.ts";

/** A request that takes longer hangs, and the test says which instead of hanging with it. */
const ANSWER_MS_MAX = 20_000;

/** How a body is compressed. */
export type Compression = "none" | "gzip" | "zstd";

const COMPRESSIONS: Readonly<Record<Compression, (body: Uint8Array) => Uint8Array>> = {
  none: (body) => body,
  gzip: (body) => gzipSync(body),
  zstd: (body) => zstdCompressSync(body),
};

/** Where a signal is received, and how its records are encoded. */
export interface SentSignal<T> {
  readonly httpPath: string;
  readonly grpcPath: string;
  readonly encodeProtobuf: (records: readonly T[]) => Uint8Array;
  readonly encodeJson: (records: readonly T[]) => object;
}

/** Sends records and waits until they are acknowledged. */
export type Send<T> = (records: readonly T[], compression: Compression) => Promise<void>;

/** The ways to send one signal to one server, by the name of the protocol. */
export function sendersOf<T>(
  spoor: () => SpoorProcess,
  session: () => ClientHttp2Session,
  signal: SentSignal<T>,
): Readonly<Record<string, Send<T>>> {
  const post = (body: Uint8Array, type: string, compression: Compression): Promise<void> =>
    postBody(`http://127.0.0.1:${spoor().httpPort}${signal.httpPath}`, { body, type, compression });
  return {
    "OTLP/gRPC": (records, compression) =>
      callExport(session(), {
        path: signal.grpcPath,
        body: signal.encodeProtobuf(records),
        compression,
      }),
    "OTLP/HTTP with protobuf": (records, compression) =>
      post(signal.encodeProtobuf(records), "application/x-protobuf", compression),
    "OTLP/HTTP with JSON": (records, compression) =>
      post(
        Buffer.from(JSON.stringify(signal.encodeJson(records))),
        "application/json",
        compression,
      ),
  };
}

/** Opens the connection for calls; the caller closes it. */
export function connectGrpc(spoor: SpoorProcess): ClientHttp2Session {
  return connect(`http://127.0.0.1:${spoor.grpcPort}`);
}

async function callExport(
  session: ClientHttp2Session,
  call: { readonly path: string; readonly body: Uint8Array; readonly compression: Compression },
): Promise<void> {
  const { path, compression } = call;
  const isCompressed = compression !== "none";
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...(isCompressed ? { "grpc-encoding": compression } : {}),
  });
  const trailers = once(stream, "trailers", { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  stream.resume();
  stream.end(grpcFrame(COMPRESSIONS[compression](call.body), { isCompressed }));
  // Node gives the listeners of "trailers" an object of headers first.
  const [{ "grpc-status": status, "grpc-message": message }] = (await trailers) as [
    Readonly<Record<string, string>>,
  ];
  assert.equal(status, "0", message);
}

async function postBody(
  url: string,
  request: { readonly body: Uint8Array; readonly type: string; readonly compression: Compression },
): Promise<void> {
  const { body, type, compression } = request;
  const encoding = compression === "none" ? {} : { "content-encoding": compression };
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": type, ...encoding },
    // The types of fetch want a buffer that is not shared.
    body: new Uint8Array(COMPRESSIONS[compression](body)),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  assert.equal(response.status, 200, await response.text());
}
