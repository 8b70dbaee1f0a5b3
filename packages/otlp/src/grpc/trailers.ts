import { Buffer } from "node:buffer";
import { GRPC_STATUS_MESSAGE_BYTES_MAX } from "../protobuf/limits.ts";
import type { GrpcStatus } from "./status.ts";

/** How a call ended. */
export interface GrpcEnd {
  readonly code: GrpcStatus;
  /** For a developer. Beyond GRPC_STATUS_MESSAGE_BYTES_MAX it is cut and ends in "...". */
  readonly message?: string;
  /** A google.rpc.Status message, for codes that need RetryInfo. */
  readonly statusDetails?: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The trailers of a call, or, with the response headers before them, a trailers-only response.
 * Source: grpc/grpc, doc/PROTOCOL-HTTP2.md, Responses.
 */
export function grpcTrailers({ code, message = "", statusDetails }: GrpcEnd): {
  readonly [name: string]: string;
} {
  return {
    "grpc-status": String(code),
    ...(message === "" ? {} : { "grpc-message": encodeGrpcMessage(message) }),
    ...(statusDetails === undefined
      ? {}
      : { "grpc-status-details-bin": unpaddedBase64(statusDetails) }),
  };
}

/**
 * Percent-encodes a `grpc-message` as the specification of gRPC over HTTP/2 defines it: every byte
 * of UTF-8 outside U+0020 to U+007E, and the percent sign.
 */
export function encodeGrpcMessage(message: string): string {
  let encoded = "";
  for (const byte of encoder.encode(shortened(message))) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    const hex = byte.toString(16).toUpperCase().padStart(2, "0");
    encoded += isPlain ? String.fromCharCode(byte) : `%${hex}`;
  }
  return encoded;
}

/**
 * The text of a `grpc-message`. As the specification demands, wrong escapes are kept as they stand
 * rather than losing the message.
 */
export function decodeGrpcMessage(encoded: string): string {
  const bytes = encoder.encode(encoded);
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const escape = bytes[at] === 0x25 ? /^%([0-9a-fA-F]{2})/.exec(encodedAt(bytes, at)) : null;
    decoded[length] = escape === null ? (bytes[at] ?? 0) : Number.parseInt(escape[1] ?? "", 16);
    length += 1;
    if (escape !== null) at += 2;
  }
  return decoder.decode(decoded.subarray(0, length));
}

function encodedAt(bytes: Uint8Array, at: number): string {
  return decoder.decode(bytes.subarray(at, at + 3));
}

function shortened(message: string): string {
  const bytes = encoder.encode(message);
  if (bytes.length <= GRPC_STATUS_MESSAGE_BYTES_MAX) return message;
  // A character that is cut in two becomes U+FFFD at the very end, which is taken away.
  const kept = decoder.decode(bytes.subarray(0, GRPC_STATUS_MESSAGE_BYTES_MAX - 3));
  return `${kept.replace(/\uFFFD+$/u, "")}...`;
}

function unpaddedBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("base64")
    .replace(/=+$/, "");
}
