import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { errorCode, errorMessage } from "@spoor/trace";
import { INFLATE_RATIO_MAX, INFLATED_BYTES_FREE, REQUEST_BYTES_MAX } from "../base/limits.ts";
import type { Compression } from "../base/received-request.ts";

/** A decompressed body, or why there is none. */
export type Inflated =
  | { readonly kind: "body"; readonly body: Uint8Array }
  | { readonly kind: "tooLarge"; readonly limitBytes: number }
  | { readonly kind: "malformed"; readonly reason: string };

/** What trace data usually grows by; a first guess at the size of the output buffer. */
const USUAL_RATIO = 8;
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
  const usualBytes = body.length * USUAL_RATIO;
  const chunkSize = Math.min(Math.max(usualBytes, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX);
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

/** What a compressed body of this size may become. */
export function inflatedBytesMax(compressedBytes: number): number {
  const byRatio = Math.max(INFLATED_BYTES_FREE, INFLATE_RATIO_MAX * compressedBytes);
  return Math.min(REQUEST_BYTES_MAX, byRatio);
}
