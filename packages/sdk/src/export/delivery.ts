/*
 * One batch, from its first try to its end: taken, refused, given up or cancelled.
 */
import { deferred } from "../base/deferred.ts";
import type { Clock, LossReason } from "@spoor/trace/basics";
import { giveChunkBuffer } from "../base/chunk-buffers.ts";
import { type CompressionPolicy, type EncodedBody, encodeBody } from "./compress-body.ts";
import type { QueuedChunk } from "./chunk-queue.ts";
import type { Pauses } from "./pauses.ts";
import type { RequestAssembler, RequestBody } from "./request-body.ts";
import { retryPauseMs } from "./retry-pause.ts";
import type { Outcome, Signal, Transport } from "./transport.ts";

/** How a batch ended. What was not sent is lost under `reason`. */
export interface DeliveryEnd {
  readonly sentCount: number;
  readonly reason: LossReason;
}

/** What a delivery works with; shared by all of a pipeline. */
export interface DeliveryOptions {
  readonly signal: Signal;
  readonly transport: Transport;
  readonly assembler: () => Promise<RequestAssembler>;
  readonly compression: CompressionPolicy;
  readonly isLoopback: boolean;
  readonly retryBudgetMs: number;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly random: () => number;
  /** True while the process waits to end: who is not there now will not be in time. */
  readonly isEnding: () => boolean;
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
    for (let tries = 1; !this.#isCancelled; tries += 1) {
      const outcome = await Promise.race([this.#try(body), this.#cancelled.promise]);
      if (outcome === undefined) break;
      this.#options.onOutcome(outcome, this.recordCount);
      if (outcome.kind === "sent") {
        for (const { chunk } of this.#chunks) giveChunkBuffer(chunk.bytes);
        const rejectedCount = Math.max(0, Math.min(this.recordCount, outcome.rejectedCount));
        return { sentCount: this.recordCount - rejectedCount, reason: "export_rejected" };
      }
      if (outcome.kind === "refused") return { sentCount: 0, reason: "export_refused" };
      if (outcome.kind === "unreadable") continue;
      const isHopeless = outcome.isAbsent === true && this.#options.isEnding();
      const pauseMs = retryPauseMs({ tries, afterMs: outcome.afterMs }, random);
      const spentMs = clock.monotonicMs() - startMs;
      if (isHopeless || spentMs + pauseMs > retryBudgetMs) {
        return { sentCount: 0, reason: "export_gave_up" };
      }
      await Promise.race([pauses.wait(pauseMs), this.#cancelled.promise]);
    }
    return { sentCount: 0, reason: "export_deadline" };
  }

  async #try(body: RequestBody): Promise<Outcome> {
    const { signal, transport, compression, isLoopback } = this.#options;
    const encoding = compression.encodingFor({ isLoopback, byteCount: body.byteCount });
    const encoded: EncodedBody = await encodeBody(body, encoding);
    if (this.#isCancelled) return { kind: "retry", reason: "cancelled" };
    const outcome = await transport.send({ signal, ...encoded });
    if (outcome.kind === "sent") compression.learn(outcome.accepts);
    if (outcome.kind === "unreadable") compression.refuse(encoding);
    return outcome;
  }
}
