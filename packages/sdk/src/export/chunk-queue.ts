import type { SpanChunk } from "../base/span-sink.ts";

/** A chunk and its place in the order of all chunks. */
export interface QueuedChunk {
  readonly chunk: SpanChunk;
  readonly sequence: number;
}

/** Chunks in the order in which they came. Taking from the front costs nothing by the length. */
export class ChunkQueue {
  #chunks: (QueuedChunk | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  #spans = 0;
  #sequence = 0;

  get byteCount(): number {
    return this.#bytes;
  }

  get spanCount(): number {
    return this.#spans;
  }

  /** Of the chunk that came last, waiting or not; 0 before the first. */
  get lastSequence(): number {
    return this.#sequence;
  }

  /** Of the chunk that is next; Infinity when none waits. */
  get firstSequence(): number {
    return this.#chunks[this.#first]?.sequence ?? Number.POSITIVE_INFINITY;
  }

  push(chunk: SpanChunk): void {
    this.#sequence += 1;
    this.#chunks.push({ chunk, sequence: this.#sequence });
    this.#bytes += chunk.bytes.length;
    this.#spans += chunk.spanCount;
  }

  /** At least one chunk, if there is one, and more while they fit into both limits. */
  take(limits: { readonly spanCount: number; readonly byteCount: number }): QueuedChunk[] {
    const taken: QueuedChunk[] = [];
    let spans = 0;
    let bytes = 0;
    for (
      let next = this.#chunks[this.#first];
      next !== undefined;
      next = this.#chunks[this.#first]
    ) {
      spans += next.chunk.spanCount;
      bytes += next.chunk.bytes.length;
      const isTooMuch = spans > limits.spanCount || bytes > limits.byteCount;
      if (taken.length > 0 && isTooMuch) break;
      taken.push(next);
      this.#chunks[this.#first] = undefined;
      this.#first += 1;
      this.#bytes -= next.chunk.bytes.length;
      this.#spans -= next.chunk.spanCount;
    }
    this.#forgetTaken();
    return taken;
  }

  /** Empty places pile up at the front; moving the rest at each take would be quadratic. */
  #forgetTaken(): void {
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    } else if (this.#first > 64 && this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
  }
}
