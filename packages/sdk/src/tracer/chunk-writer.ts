import { Buffer } from "node:buffer";
import { takeChunkBuffer } from "../base/chunk-buffers.ts";
import { CHUNK_BYTES_INITIAL, CHUNK_BYTES_MAX, CHUNK_SPAN_COUNT_MAX } from "../base/limits.ts";
import type { Scope, SpanSink } from "../base/span-sink.ts";
import { encodeSpan, spanRoom } from "./encode-span.ts";
import type { RecordingSpan } from "./recording-span.ts";

/** Collects the finished spans of one scope as bytes, and hands full chunks to the sink. */
export class ChunkWriter {
  readonly #scope: Scope;
  readonly #sink: SpanSink;
  /** Called when the first span after a chunk was written. */
  readonly #spanWaiting: () => void;
  readonly #spanCountMax: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #spanCount = 0;
  #nextBytesMin = CHUNK_BYTES_INITIAL;

  constructor(
    scope: Scope,
    sink: SpanSink,
    spanWaiting: () => void,
    spanCountMax: number = CHUNK_SPAN_COUNT_MAX,
  ) {
    this.#scope = scope;
    this.#sink = sink;
    this.#spanWaiting = spanWaiting;
    this.#spanCountMax = Math.min(spanCountMax, CHUNK_SPAN_COUNT_MAX);
  }

  /** Encodes one finished span. What it throws half-way is not in the chunk. */
  write(span: RecordingSpan): void {
    this.#reserve(spanRoom(span));
    this.#length = encodeSpan(this.#bytes, this.#length, span);
    this.#spanCount += 1;
    if (this.#spanCount >= this.#spanCountMax || this.#length >= CHUNK_BYTES_MAX) {
      this.seal();
    } else if (this.#spanCount === 1) {
      this.#spanWaiting();
    }
  }

  /** Hands over what was collected, if anything was. */
  seal(): void {
    const spanCount = this.#spanCount;
    if (spanCount === 0) return;
    const bytes = this.#take();
    this.#length = 0;
    this.#spanCount = 0;
    this.#sink.accept({ scope: this.#scope, spanCount, bytes });
  }

  /**
   * The collected bytes. A buffer that is mostly full goes away whole, and the next one starts as
   * large; a mostly empty one is copied from, or what waits would take more than it is.
   */
  #take(): Uint8Array {
    const used = this.#bytes.subarray(0, this.#length);
    if (this.#length * 2 < this.#bytes.length) {
      this.#nextBytesMin = CHUNK_BYTES_INITIAL;
      return Uint8Array.prototype.slice.call(used);
    }
    this.#bytes = Buffer.alloc(0);
    // The next chunk will be about as large: growing step by step would write it twice.
    this.#nextBytesMin = this.#length + (this.#length >>> 3);
    return used;
  }

  #reserve(byteCount: number): void {
    const bytesMin = this.#length + byteCount;
    if (bytesMin <= this.#bytes.length) return;
    const grown = Math.max(this.#nextBytesMin, this.#bytes.length * 2, bytesMin);
    // Not from the shared pool, which a queued chunk would keep alive as a whole.
    const bytes = takeChunkBuffer(grown);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
