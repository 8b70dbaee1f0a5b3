/*
 * Length-prefixed messages of gRPC over HTTP/2: one flag byte (0 plain, 1 compressed), the length
 * in four bytes, big-endian, then the message. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md.
 */
import { GRPC_INITIAL_BUFFER_BYTES } from "../protobuf/limits.ts";
import { GrpcStatus } from "./status.ts";

/** Bytes before each message. */
const PREFIX_BYTES = 5;

/** A message of a gRPC stream. */
export interface GrpcMessage {
  readonly problem?: undefined;
  /** In an ArrayBuffer of its own, so that it can be transferred to a worker. */
  readonly message: Uint8Array<ArrayBuffer>;
  /** Whether it is in the encoding that the header `grpc-encoding` names. */
  readonly isCompressed: boolean;
}

/** Why a stream cannot be read, as the status with which to end it. */
export interface GrpcProblem {
  readonly problem: string;
  readonly code: GrpcStatus;
}

/** A message with its prefix. */
export function grpcFrame(
  message: Uint8Array,
  { isCompressed = false }: { readonly isCompressed?: boolean } = {},
): Uint8Array {
  const frame = new Uint8Array(PREFIX_BYTES + message.length);
  frame[0] = isCompressed ? 1 : 0;
  new DataView(frame.buffer).setUint32(1, message.length, false);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/**
 * Reads the one message of a unary call from the `data` chunks of an HTTP/2 stream.
 *
 * Give every chunk to `push`; end the stream with the problem it may return, without waiting for
 * the rest. When the stream ends call `end`. The declared length is held against the limit before
 * anything is allocated, and memory grows with what has arrived, not with what was declared.
 *
 * @example
 * stream.on("data", (chunk) => {
 *   const problem = reader.push(chunk);
 *   if (problem !== undefined) refuse(problem);
 * });
 * stream.on("end", () => take(reader.end()));
 */
export class GrpcMessageReader {
  readonly #messageBytesMax: number;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixLength = 0;
  #declaredLength = 0;
  #message = new Uint8Array();
  #length = 0;
  #problem: GrpcProblem | undefined;

  constructor({ messageBytesMax }: { readonly messageBytesMax: number }) {
    this.#messageBytesMax = messageBytesMax;
  }

  /** Bytes of the message that have arrived, for a budget of what is in flight. */
  get receivedBytes(): number {
    return this.#length;
  }

  /** Takes a chunk, which may be reused afterwards. Returns what is wrong, if anything. */
  push(chunk: Uint8Array): GrpcProblem | undefined {
    if (this.#problem !== undefined) return this.#problem;
    const start = this.#takePrefix(chunk);
    if (this.#problem === undefined && start < chunk.length) this.#takeMessage(chunk, start);
    return this.#problem;
  }

  /** The message, once the stream has ended. */
  end(): GrpcMessage | GrpcProblem {
    if (this.#problem !== undefined) return this.#problem;
    if (this.#prefixLength === 0) return internal("the stream ended without a message");
    if (this.#prefixLength < PREFIX_BYTES) return internal("the stream ended inside a prefix");
    if (this.#length < this.#declaredLength) {
      return internal(
        `the stream ended after ${this.#length} of ${this.#declaredLength} message bytes`,
      );
    }
    return { message: this.#message, isCompressed: this.#prefix[0] === 1 };
  }

  /** Returns where in the chunk the message goes on. */
  #takePrefix(chunk: Uint8Array): number {
    const missing = PREFIX_BYTES - this.#prefixLength;
    if (missing === 0) return 0;
    const part = chunk.subarray(0, missing);
    this.#prefix.set(part, this.#prefixLength);
    this.#prefixLength += part.length;
    if (this.#prefixLength === PREFIX_BYTES) this.#readPrefix();
    return part.length;
  }

  #readPrefix(): void {
    const flag = this.#prefix[0] ?? 0;
    this.#declaredLength = new DataView(this.#prefix.buffer).getUint32(1, false);
    if (flag > 1) {
      this.#problem = internal(`a message begins with flag ${flag}; known are 0 and 1`);
    } else if (this.#declaredLength > this.#messageBytesMax) {
      this.#problem = {
        code: GrpcStatus.resourceExhausted,
        problem:
          `a message of ${this.#declaredLength} bytes is too large; ` +
          `the limit is ${this.#messageBytesMax}`,
      };
    }
  }

  #takeMessage(chunk: Uint8Array, start: number): void {
    const length = this.#length + chunk.length - start;
    if (length > this.#declaredLength) {
      this.#problem = internal("more bytes than one message in a call that takes one");
      return;
    }
    if (length > this.#message.length) this.#grow(length);
    this.#message.set(chunk.subarray(start), this.#length);
    this.#length = length;
  }

  #grow(bytesMin: number): void {
    const wanted = Math.max(GRPC_INITIAL_BUFFER_BYTES, this.#message.length * 2, bytesMin);
    const message = new Uint8Array(Math.min(wanted, this.#declaredLength));
    message.set(this.#message.subarray(0, this.#length));
    this.#message = message;
  }
}

function internal(problem: string): GrpcProblem {
  return { problem, code: GrpcStatus.internal };
}
