import { promisify } from "node:util";
// As a whole: naming what Node 20 does not have, zstd, would be an error there.
import * as zlib from "node:zlib";

/** `bytes` in an encoding, made on another thread. */
export function compressBytes(bytes: Uint8Array, encoding: "gzip" | "zstd"): Promise<Uint8Array> {
  return encoding === "zstd" ? promisify(zlib.zstdCompress)(bytes) : promisify(zlib.gzip)(bytes);
}
