/*
 * Joins the spans of many requests into one write.
 *
 * How:
 * 1. A request decodes its spans into the one open batch and waits for that batch's write.
 * 2. The batch is written GATHER_DELAY_MS after its first spans, or at once when it is large, but
 *    never while another write runs: what arrives meanwhile joins the next one. The slower the
 *    store, the larger the writes, and the cheaper each span.
 * 3. When the write succeeds every waiting request is acknowledged; when it fails every one is
 *    refused with a retry hint. Nothing is acknowledged before it is stored.
 */
import { SpanBatch } from "@spoor/trace";
import type { TraceStore } from "@spoor/store";
import { GATHER_DELAY_MS, GATHER_SPANS_MAX } from "../base/limits.ts";

/** Spans on their way into the store. */
export interface OpenBatch {
  /** Append to it synchronously, before awaiting anything. */
  readonly batch: SpanBatch;
  /** Settles when the batch, with all that was appended, is stored or was not. */
  readonly stored: Promise<void>;
}

/** What a gatherer needs. */
export interface SpanGathererOptions {
  readonly store: Pick<TraceStore, "write">;
  /** Called after each successful write, before the requests are acknowledged. */
  readonly onStored?: (batch: SpanBatch) => void;
  readonly delayMs?: number;
}

/** Owns the open batch and the write in flight. */
export class SpanGatherer {
  readonly #options: SpanGathererOptions;
  #open: { readonly batch: SpanBatch; readonly settled: PromiseWithResolvers<void> } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: SpanGathererOptions) {
    this.#options = options;
  }

  /** The batch that is written next. Call {@link appended} after appending to it. */
  open(): OpenBatch {
    if (this.#open === undefined) {
      const settled = Promise.withResolvers<void>();
      // A refusal is reported to each request that waits; with none there is nobody to tell.
      settled.promise.catch(() => undefined);
      this.#open = { batch: new SpanBatch(), settled };
    }
    return { batch: this.#open.batch, stored: this.#open.settled.promise };
  }

  /** Arranges for the open batch to be written. */
  appended(): void {
    if (this.#writing !== undefined || this.#open === undefined) return;
    if (this.#open.batch.spanCount >= GATHER_SPANS_MAX) this.#startWrite();
    else
      this.#timer ??= setTimeout(
        () => this.#startWrite(),
        this.#options.delayMs ?? GATHER_DELAY_MS,
      );
  }

  /** Writes what is open and waits until nothing is. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined || this.#hasSpans()) {
      if (this.#writing === undefined) this.#startWrite();
      await this.#writing;
    }
  }

  #hasSpans(): boolean {
    return this.#open !== undefined && this.#open.batch.spanCount > 0;
  }

  #startWrite(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const open = this.#open;
    if (open === undefined || this.#writing !== undefined) return;
    this.#open = undefined;
    this.#writing = this.#write(open.batch, open.settled).finally(() => {
      this.#writing = undefined;
      if (this.#hasSpans()) this.#startWrite();
    });
  }

  async #write(batch: SpanBatch, settled: PromiseWithResolvers<void>): Promise<void> {
    try {
      await this.#options.store.write(batch);
    } catch (error) {
      settled.reject(error);
      return;
    }
    settled.resolve();
    this.#options.onStored?.(batch);
  }
}
