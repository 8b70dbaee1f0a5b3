/*
 * One batch, from its first try to its end: taken, refused, given up or cancelled.
 */
import { type Clock, deferred, type LossReason } from "@spoor/trace/basics";
import { giveChunkBuffer } from "../base/chunk-buffers.ts";
import type { DiskWay } from "./disk-way.ts";
import type { QueuedChunk } from "./chunk-queue.ts";
import type { Pauses } from "./pauses.ts";
import type { RequestAssembler, RequestBody } from "./request-body.ts";
import { sendOnce, type SendParts } from "./send-once.ts";
import { retryPauseMs } from "./retry-pause.ts";
import type { Outcome } from "./transport.ts";

/** How a batch ended. What was neither sent nor stored is lost under `reason`. */
export interface DeliveryEnd {
  readonly sentCount: number;
  /** Records that are in the queue on disk. */
  readonly storedCount: number;
  readonly reason: LossReason;
}

function ended(sentCount: number, reason: LossReason): DeliveryEnd {
  return { sentCount, storedCount: 0, reason };
}

/** What a delivery works with; shared by all of a pipeline. */
export interface DeliveryOptions extends SendParts {
  readonly assembler: () => Promise<RequestAssembler>;
  readonly retryBudgetMs: number;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly random: () => number;
  /** True while the process waits to end: who is not there now will not be in time. */
  readonly isEnding: () => boolean;
  /** Where a batch goes that the receiver does not take; undefined: it waits in memory. */
  readonly disk?: DiskWay | undefined;
  /** Told about each answer. */
  readonly onOutcome: (outcome: Outcome, recordCount: number) => void;
}

/** Sends one batch until it is taken, refused, given up or cancelled. */
export class Delivery {
  readonly byteCount: number;
  readonly recordCount: number;
  /** Of its first chunk, in the order of all chunks. */
  readonly firstSequence: number;
  readonly #chunks: readonly QueuedChunk[];
  readonly #options: DeliveryOptions;
  readonly #cancelled = deferred<undefined>();
  #isCancelled = false;

  constructor(chunks: readonly QueuedChunk[], options: DeliveryOptions) {
    this.#chunks = chunks;
    this.#options = options;
    this.byteCount = chunks.reduce((sum, { chunk }) => sum + chunk.bytes.length, 0);
    this.recordCount = chunks.reduce((sum, { chunk }) => sum + chunk.spanCount, 0);
    this.firstSequence = chunks[0]?.sequence ?? 0;
  }

  /**
   * Ends it as `export_deadline`, also when an answer is under way: the receiver may then have
   * taken what is counted as lost, which is better than the other way round.
   */
  cancel(): void {
    this.#isCancelled = true;
    this.#cancelled.resolve(undefined);
  }

  async run(): Promise<DeliveryEnd> {
    const { clock, pauses, random, retryBudgetMs } = this.#options;
    const assembler = await this.#options.assembler();
    const body = assembler.assemble(this.#chunks.map(({ chunk }) => chunk));
    const startMs = clock.monotonicMs();
    const stored: DeliveryEnd = {
      sentCount: 0,
      storedCount: this.recordCount,
      reason: "export_gave_up",
    };
    // What lies on disk is older, and its next try says whether this one has a chance.
    if (this.#options.disk?.isDown(this.#options.signal) === true && (await this.#store(body))) {
      return stored;
    }
    for (let tries = 1; !this.#isCancelled; tries += 1) {
      const outcome = await Promise.race([sendOnce(body, this.#options), this.#cancelled.promise]);
      if (outcome === undefined) break;
      this.#options.onOutcome(outcome, this.recordCount);
      if (outcome.kind === "sent") {
        this.#giveBack();
        const rejectedCount = Math.max(0, Math.min(this.recordCount, outcome.rejectedCount));
        return ended(this.recordCount - rejectedCount, "export_rejected");
      }
      if (outcome.kind === "refused") return ended(0, "export_refused");
      if (outcome.kind === "unreadable") continue;
      // A connection that was closed meanwhile is worth another try at once.
      if (outcome.afterMs !== 0 && (await this.#store(body, outcome.afterMs))) return stored;
      const isHopeless = outcome.isAbsent === true && this.#options.isEnding();
      const pauseMs = retryPauseMs({ tries, afterMs: outcome.afterMs }, random);
      const spentMs = clock.monotonicMs() - startMs;
      if (isHopeless || spentMs + pauseMs > retryBudgetMs) {
        return ended(0, "export_gave_up");
      }
      await Promise.race([pauses.wait(pauseMs), this.#cancelled.promise]);
    }
    return ended(0, "export_deadline");
  }

  /** Whether it lies in the queue on disk now, which then sends it. */
  async #store(body: RequestBody, afterMs?: number): Promise<boolean> {
    const { disk, signal } = this.#options;
    if (disk === undefined || this.#isCancelled) return false;
    const { recordCount } = this;
    if (!(await disk.store({ signal, recordCount, ...body }, { afterMs }))) return false;
    this.#giveBack();
    return true;
  }

  #giveBack(): void {
    for (const { chunk } of this.#chunks) giveChunkBuffer(chunk.bytes);
  }
}
