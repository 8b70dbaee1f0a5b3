import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { errorCode, errorMessage } from "@spoor/trace";
import type { Compression } from "../base/received-request.ts";
import { INFLATE_RATIO_MAX, INFLATED_BYTES_FREE, REQUEST_BYTES_MAX } from "../base/limits.ts";

const gunzipAsync = promisify(gunzip);
const zstdDecompressAsync = promisify(zstdDecompress);

/** A decompressed body, or why there is none. */
export type Inflated =
  | { readonly kind: "body"; readonly body: Uint8Array }
  | { readonly kind: "tooLarge"; readonly limitBytes: number }
  | { readonly kind: "malformed"; readonly reason: string };

/** The name of a compression in HTTP's content-encoding or gRPC's grpc-encoding. */
export function parseCompression(name: string | undefined): Compression | undefined {
  const given = (name ?? "").trim().toLowerCase();
  if (given === "" || given === "identity" || given === "none") return "identity";
  return given === "gzip" || given === "zstd" ? given : undefined;
}

/**
 * Decompresses a request off the main thread. Stops as soon as the body grows beyond what trace
 * data ever does, so that a bomb costs some milliseconds and a few MiB.
 */
export async function inflate(body: Uint8Array, compression: Compression): Promise<Inflated> {
  if (compression === "identity") return { kind: "body", body };
  const limitBytes = inflatedBytesMax(body.length);
  const decompress = compression === "gzip" ? gunzipAsync : zstdDecompressAsync;
  try {
    return { kind: "body", body: await decompress(body, { maxOutputLength: limitBytes }) };
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE") return { kind: "tooLarge", limitBytes };
    return {
      kind: "malformed",
      reason: `the body is not valid ${compression}: ${errorMessage(error)}`,
    };
  }
}

/** What a compressed body of this size may become. */
export function inflatedBytesMax(compressedBytes: number): number {
  return Math.min(
    REQUEST_BYTES_MAX,
    Math.max(INFLATED_BYTES_FREE, INFLATE_RATIO_MAX * compressedBytes),
  );
}
