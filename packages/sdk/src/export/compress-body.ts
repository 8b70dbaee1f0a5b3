import { Buffer } from "node:buffer";
import { COMPRESS_BYTES_MIN } from "../base/export-limits.ts";
import type { CompressionChoice } from "../settings/export-settings.ts";
import type { RequestBody } from "./request-body.ts";
import type { BodyEncoding } from "./transport.ts";

// Node has zstd since 22.15 and 23.8; the SDK runs on 20.
const hasZstd = process.versions["zstd"] !== undefined;

/** A body in the encoding in which it is sent. */
export interface EncodedBody extends RequestBody {
  readonly encoding: BodyEncoding;
}

/**
 * Which encoding to use, as far as is known by now. Every receiver of OTLP reads gzip; zstd is used
 * once a receiver has said that it reads it: one that does not may refuse the whole request.
 */
export class CompressionPolicy {
  readonly #choice: CompressionChoice;
  #isZstdRead = false;
  #isRefused = false;

  constructor(choice: CompressionChoice) {
    this.#choice = choice;
  }

  encodingFor({ isLoopback, byteCount }: EncodingQuestion): BodyEncoding {
    if (this.#isRefused || this.#choice === "none" || byteCount < COMPRESS_BYTES_MIN) {
      return "identity";
    }
    if (this.#choice === "zstd") return hasZstd ? "zstd" : "gzip";
    if (this.#choice === "gzip") return "gzip";
    // Compressing for the same machine costs more than the copy that it saves.
    if (isLoopback) return "identity";
    return this.#isZstdRead && hasZstd ? "zstd" : "gzip";
  }

  /** A receiver named the encodings that it reads. */
  learn(accepts: string): void {
    if (/(?:^|[\s,])zstd(?:$|[\s,;])/.test(accepts)) this.#isZstdRead = true;
  }

  /** The receiver could not read what it was sent. */
  refuse(encoding: BodyEncoding): void {
    if (encoding === "zstd" && this.#isZstdRead) this.#isZstdRead = false;
    else this.#isRefused = true;
  }
}

/** What an encoding depends on. */
export interface EncodingQuestion {
  readonly isLoopback: boolean;
  readonly byteCount: number;
}

/** Compresses on another thread, so that the event loop only joins the parts. */
export async function encodeBody(body: RequestBody, encoding: BodyEncoding): Promise<EncodedBody> {
  if (encoding === "identity") return { ...body, encoding };
  const joined = Buffer.concat(body.parts, body.byteCount);
  // Loaded when it is needed, because most applications send to their own machine.
  const { compressBytes } = await import("./compress-bytes.ts");
  const bytes = await compressBytes(joined, encoding);
  return { parts: [bytes], byteCount: bytes.length, encoding };
}

/** Whether `host` is this machine. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
