import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { errorCode, errorMessage } from "@spoor/trace";
import { INFLATE_RATIO_MAX, INFLATED_BYTES_FREE, REQUEST_BYTES_MAX } from "../base/limits.ts";
import type { Compression } from "../base/received-request.ts";

/** A decompressed body, or why there is none. */
export type Inflated =
  | { readonly kind: "body"; readonly body: Uint8Array }
  | { readonly kind: "tooLarge"; readonly limitBytes: number }
  | { readonly kind: "malformed"; readonly reason: string };

/** What trace data usually grows by; a guess at the size of a zstd body. */
const USUAL_RATIO = 8;
/** A gzip body says its size at its end; beyond this ratio nobody is believed. */
const BELIEVED_RATIO_MAX = 32;
const GZIP_SIZE_BYTES = 4;
const CHUNK_BYTES_MIN = 4 * 1024;
const CHUNK_BYTES_MAX = 1024 * 1024;

/** The name of a compression in HTTP's content-encoding or gRPC's grpc-encoding. */
export function parseCompression(name: string | undefined): Compression | undefined {
  const given = (name ?? "").trim().toLowerCase();
  if (given === "" || given === "identity" || given === "none") return "identity";
  return given === "gzip" || given === "zstd" ? given : undefined;
}

/**
 * Decompresses a request. Stops as soon as the body grows beyond what trace data ever does, so that
 * a bomb costs some milliseconds and a few MiB.
 *
 * Blocks its thread: call it on a worker. Handing the work to zlib's own threads costs more in
 * total than it takes.
 */
export function inflate(body: Uint8Array, compression: Compression): Inflated {
  if (compression === "identity") {
    if (body.length > REQUEST_BYTES_MAX) return { kind: "tooLarge", limitBytes: REQUEST_BYTES_MAX };
    return { kind: "body", body };
  }
  const limitBytes = inflatedBytesMax(body.length);
  const chunkSize = Math.max(
    compression === "gzip"
      ? gzipBufferBytes(body, limitBytes)
      : Math.min(body.length * USUAL_RATIO, CHUNK_BYTES_MAX),
    CHUNK_BYTES_MIN,
  );
  const decompress = compression === "gzip" ? gunzipSync : zstdDecompressSync;
  try {
    const inflated = decompress(body, { maxOutputLength: limitBytes, chunkSize });
    return { kind: "body", body: inflated };
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE") return { kind: "tooLarge", limitBytes };
    const reason = `the body is not valid ${compression}: ${errorMessage(error)}`;
    return { kind: "malformed", reason };
  }
}

/**
 * One buffer that the body fits into: with several, Node would put them together in a further one.
 * RFC 1952, section 2.3.1: the last four bytes are the size. Only a hint, which a sender may set to
 * anything, and which is that of the last part where a body has several.
 */
function gzipBufferBytes(body: Uint8Array, limitBytes: number): number {
  if (body.length < GZIP_SIZE_BYTES) return CHUNK_BYTES_MIN;
  const sizeAt = body.byteOffset + body.length - GZIP_SIZE_BYTES;
  const claimedBytes = new DataView(body.buffer, sizeAt).getUint32(0, true);
  // zlib tells that it is done only when a byte is left.
  return Math.min(claimedBytes + 1, body.length * BELIEVED_RATIO_MAX + CHUNK_BYTES_MIN, limitBytes);
}

/** What a compressed body of this size may become. */
export function inflatedBytesMax(compressedBytes: number): number {
  const byRatio = Math.max(INFLATED_BYTES_FREE, INFLATE_RATIO_MAX * compressedBytes);
  return Math.min(REQUEST_BYTES_MAX, byRatio);
}
