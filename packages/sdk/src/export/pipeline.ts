/*
 * From chunks to answered requests, for one signal.
 *
 * 1. `accept` queues a chunk, or counts it as lost when the bytes that wait or are on their way
 *    would exceed the limit. It does nothing else: it runs inside `Span.end()`.
 * 2. Enough spans, enough bytes, or a timer make a batch, which grows for another moment while
 *    spans come fast; up to four are on their way at once.
 * 3. A batch is sent until the receiver has taken or refused it, or until its budget is spent.
 *    Between tries it keeps its place among the four, so an outage cannot multiply requests.
 * 4. Each chunk ends in exactly one way: sent, stored on disk, or lost under one reason.
 *
 * No timer and no socket here keeps the process alive; a flush does, while it waits.
 */
import { deferred, errorMessage, type LossEntry, type LossReason } from "@spoor/trace/basics";
import {
  BATCH_BYTES,
  BATCH_SPAN_COUNT,
  FIRST_FLUSH_COUNT,
  FIRST_FLUSH_DELAY_MS,
  FLUSH_DELAY_MS,
  GATHER_MS,
  REQUEST_BYTES,
  REQUESTS_IN_FLIGHT_MAX,
} from "../base/export-limits.ts";
import type { SpanChunk } from "../base/span-sink.ts";
import { ChunkQueue, type QueuedChunk } from "./chunk-queue.ts";
import type { Delivery, DeliveryEnd } from "./delivery.ts";
import type { PipelineOptions } from "./pipeline-options.ts";

/** What became of everything that a pipeline was given, since the start of the process. */
export interface ExportCounts {
  /** Records that the receiver took. */
  readonly sent: number;
  readonly lost: readonly LossEntry[];
  /** Neither: they wait in memory, or are on their way. */
  readonly waiting: number;
  /**
   * Records that lie in the queue on disk, those of earlier processes included, as they are in
   * `sent` once they were. Only where there is such a queue.
   */
  readonly stored?: number;
}

interface FlushWaiter {
  readonly sequence: number;
  readonly done: () => void;
}

/** The way out for one signal. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #queue = new ChunkQueue();
  readonly #inFlight = new Set<Delivery>();
  readonly #flushWaiters = new Set<FlushWaiter>();
  /** Everything up to this chunk is sent without waiting for more. */
  #forcedSequence = 0;
  #inFlightBytes = 0;
  #inFlightCount = 0;
  #sentCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #isPumpScheduled = false;
  /** Runs while a full batch waits for more. */
  #gathering: NodeJS.Timeout | undefined;
  #startedBatches = 0;
  #isClosed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Takes a chunk or counts it as lost. Never throws. */
  accept(chunk: SpanChunk): void {
    const { settings } = this.#options;
    const bytes = this.#queue.byteCount + this.#inFlightBytes + chunk.bytes.length;
    const count = this.#queue.spanCount + this.#inFlightCount + chunk.spanCount;
    if (this.#isClosed) {
      this.#lose("export_after_shutdown", chunk.spanCount);
    } else if (bytes > settings.queueBytesMax || count > (settings.queueSpanCountMax ?? Infinity)) {
      this.#lose("export_queue_full", chunk.spanCount);
    } else {
      this.#queue.push(chunk);
      if (this.#isBatchFull()) this.#schedulePump();
      else this.recordsWaiting();
    }
  }

  /** Something waits, here or at the source: in a while it is sent, full batch or not. */
  recordsWaiting(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.force();
    }, this.#delayMs()).unref();
  }

  /** Sends everything that is there by now without waiting for more. */
  force(): void {
    this.#options.seal();
    this.#forcedSequence = this.#queue.lastSequence;
    this.#pump();
  }

  counts(): ExportCounts {
    const { ledger } = this.#options;
    const waiting = this.#queue.spanCount + this.#inFlightCount;
    return { sent: this.#sentCount, lost: ledger.entries(), waiting };
  }

  /** Waits until all that was there is sent or lost, at most until `deadline` resolves. */
  async flush(deadline: Promise<void>): Promise<void> {
    this.force();
    // An outage may be over; the process may be, too.
    this.#options.pauses.wakeAll();
    const sequence = this.#forcedSequence;
    if (this.#isSettled(sequence)) return;
    const { promise, resolve } = deferred<void>();
    const waiter: FlushWaiter = { sequence, done: resolve };
    this.#flushWaiters.add(waiter);
    await Promise.race([promise, deadline]);
    this.#flushWaiters.delete(waiter);
  }

  /** Takes nothing more, and counts what is still here as lost. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#gathering);
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      const count = batch.reduce((sum, { chunk }) => sum + chunk.spanCount, 0);
      if (this.#options.storeNow?.(batch) !== true) this.#lose("export_deadline", count);
    }
    for (const delivery of this.#inFlight) delivery.cancel();
    this.#options.pauses.wakeAll();
  }

  #takeBatch(): QueuedChunk[] {
    const { batchSpanCount = Infinity } = this.#options.settings;
    return this.#queue.take({ spanCount: batchSpanCount, byteCount: REQUEST_BYTES });
  }

  #delayMs(): number {
    const isEarly = this.#startedBatches < FIRST_FLUSH_COUNT;
    return this.#options.settings.flushDelayMs ?? (isEarly ? FIRST_FLUSH_DELAY_MS : FLUSH_DELAY_MS);
  }

  #isBatchFull(): boolean {
    const { byteCount, spanCount } = this.#queue;
    const { batchSpanCount = BATCH_SPAN_COUNT } = this.#options.settings;
    return byteCount >= BATCH_BYTES || spanCount >= batchSpanCount;
  }

  /** Whether a full batch may grow by what comes in the next moments. */
  #isGathering(): boolean {
    const { settings } = this.#options;
    return settings.batchSpanCount === undefined && this.#queue.byteCount < REQUEST_BYTES;
  }

  /** Later, because this runs inside `Span.end()`. */
  #schedulePump(): void {
    if (this.#inFlight.size >= REQUESTS_IN_FLIGHT_MAX) return;
    if (this.#isGathering()) {
      this.#gathering ??= setTimeout(() => {
        this.#pump();
      }, GATHER_MS).unref();
      return;
    }
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    setImmediate(() => {
      this.#isPumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    while (this.#inFlight.size < REQUESTS_IN_FLIGHT_MAX) {
      const isForced = this.#queue.firstSequence <= this.#forcedSequence;
      if (!isForced && !this.#isBatchFull()) break;
      const taken = this.#takeBatch();
      if (taken.length === 0) break;
      this.#start(this.#options.createDelivery(taken));
    }
    if (this.#queue.spanCount > 0 && this.#inFlight.size < REQUESTS_IN_FLIGHT_MAX) {
      this.recordsWaiting();
    }
  }

  #start(delivery: Delivery): void {
    this.#startedBatches += 1;
    this.#inFlight.add(delivery);
    this.#inFlightBytes += delivery.byteCount;
    this.#inFlightCount += delivery.recordCount;
    void this.#complete(delivery);
  }

  async #complete(delivery: Delivery): Promise<void> {
    try {
      this.#finish(delivery, await delivery.run());
    } catch (error) {
      // A mistake of ours, such as a request that cannot be put together.
      this.#options.observer.warn("internal", `cannot send: ${errorMessage(error)}`);
      this.#finish(delivery, { sentCount: 0, storedCount: 0, reason: "export_refused" });
    }
  }

  #finish(delivery: Delivery, { sentCount, storedCount, reason }: DeliveryEnd): void {
    this.#inFlight.delete(delivery);
    this.#inFlightBytes -= delivery.byteCount;
    this.#inFlightCount -= delivery.recordCount;
    this.#sentCount += sentCount;
    this.#lose(reason, delivery.recordCount - sentCount - storedCount);
    if (!this.#isClosed) this.#pump();
    for (const waiter of this.#flushWaiters) if (this.#isSettled(waiter.sequence)) waiter.done();
  }

  #isSettled(sequence: number): boolean {
    if (this.#queue.firstSequence <= sequence) return false;
    for (const delivery of this.#inFlight) if (delivery.firstSequence <= sequence) return false;
    return true;
  }

  #lose(reason: LossReason, count: number): void {
    if (count === 0) return;
    this.#options.ledger.count(reason, count);
    this.#options.onLoss();
  }
}
