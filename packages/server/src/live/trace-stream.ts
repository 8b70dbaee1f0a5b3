/*
 * Tells those who watch which traces have just got new spans.
 *
 * Level-triggered: after a write only the ids are remembered, and at most twice a second their
 * summaries are read and published. A trace that changes ten times in between is published once,
 * and with nobody watching nothing is read at all.
 */
import { bytesToHex, errorMessage, TRACE_ID_BYTES, type TraceSummary } from "@spoor/trace";
import type { TraceStore } from "@spoor/store";
import { STREAM_INTERVAL_MS, STREAM_TRACES_MAX } from "../base/limits.ts";

/** Gets the summaries of changed traces. */
export type TraceListener = (traces: readonly TraceSummary[]) => void;

/** Publishes changed traces to its subscribers. */
export class TraceStream {
  readonly #store: Pick<TraceStore, "summarize">;
  readonly #listeners = new Map<TraceListener, () => void>();
  readonly #changed = new Set<string>();
  readonly #onProblem: (message: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Pick<TraceStore, "summarize">, onProblem: (message: string) => void) {
    this.#store = store;
    this.#onProblem = onProblem;
  }

  get subscriberCount(): number {
    return this.#listeners.size;
  }

  /** Remembers traces that have changed: 16 bytes each, repeated or not, newest last. */
  changed(traceIds: Uint8Array): void {
    if (this.#listeners.size === 0) return;
    for (let offset = 0; offset < traceIds.length; offset += TRACE_ID_BYTES) {
      const traceId = bytesToHex(traceIds, offset, offset + TRACE_ID_BYTES);
      // Deleting first moves the trace to the end, so that the cut below keeps the newest.
      this.#changed.delete(traceId);
      this.#changed.add(traceId);
    }
    this.#timer ??= setTimeout(() => void this.#publish(), STREAM_INTERVAL_MS);
  }

  /**
   * Calls `listener` with every change from now on, until the returned function is called.
   * `onClose` is called when the stream itself ends first.
   */
  subscribe(listener: TraceListener, onClose: () => void): () => void {
    this.#listeners.set(listener, onClose);
    return () => this.#listeners.delete(listener);
  }

  /** Stops publishing and tells every subscriber. */
  close(): void {
    clearTimeout(this.#timer);
    for (const onClose of this.#listeners.values()) onClose();
    this.#listeners.clear();
    this.#changed.clear();
  }

  /** Never rejects: a store that does not answer costs one update; the next change brings one. */
  async #publish(): Promise<void> {
    this.#timer = undefined;
    const traceIds = [...this.#changed].slice(-STREAM_TRACES_MAX);
    this.#changed.clear();
    if (traceIds.length === 0 || this.#listeners.size === 0) return;
    try {
      const traces = await this.#store.summarize(traceIds);
      for (const listener of this.#listeners.keys()) listener(traces);
    } catch (error) {
      this.#onProblem(`cannot read changed traces for the live stream: ${errorMessage(error)}`);
    }
  }
}
