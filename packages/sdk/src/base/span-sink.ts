/**
 * Finished spans on their way out of the process: what the tracer hands over, and to whom.
 *
 * A span is encoded when it ends, so what waits to be sent is bytes and never span objects: the
 * queue has no part in garbage collection, and its size is known exactly.
 */

/** The instrumentation scope of a tracer: OTLP's `InstrumentationScope` and its schema. */
export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
}

/** Finished spans of one scope, as the bytes that an OTLP request holds for them. */
export interface SpanChunk {
  readonly scope: Scope;
  /** How many spans `bytes` holds, at least 1. */
  readonly spanCount: number;
  /**
   * `ScopeSpans.spans` entries one after the other: for each span the field's tag (0x12), the
   * length as a varint and the message. The receiver owns the bytes; they are not written again.
   */
  readonly bytes: Uint8Array;
}

/** Where finished spans go. */
export interface SpanSink {
  /**
   * Takes a chunk: full, or sealed on demand. Runs inside `Span.end()`, so it neither throws nor
   * does work worth mentioning: it queues the chunk, or counts its spans as lost.
   */
  accept(chunk: SpanChunk): void;
  /**
   * The first span went into an empty source: from now on something waits that only `seal` brings
   * out. Called once per filling, so that an idle process needs no timer.
   */
  spansWaiting(): void;
}

/** Where finished spans come from. */
export interface SpanSource {
  /** Hands every chunk that is not full yet to the sink. */
  seal(): void;
}
