/*
 * Sealed segments on their way into the store, oldest first.
 *
 * 1. A segment is inserted under its token and then removed from the spool. Until it is removed it
 *    is inserted again, however often that takes: the store keeps a token once.
 * 2. While the store is away segments gather in the spool. Only the oldest few keep their blocks in
 *    memory; the others are read from the spool again when it is their turn.
 * 3. A segment that the store refuses for good is set aside and counted, so that it does not hold
 *    up what came after it.
 */
import type { SpanBlock } from "@spoor/store/block";
import { errorMessage, SpoorError } from "@spoor/trace";
import {
  BLOCKS_IN_MEMORY_MAX,
  STORE_RETRY_DELAY_MS,
  STORE_RETRY_DELAY_MS_MAX,
} from "../base/limits.ts";
import type { Spool } from "../spool/spool.ts";
import type { Sealed } from "./worker-messages.ts";

/** What a store queue needs. */
export interface StoreQueueOptions {
  readonly spool: Pick<Spool, "remove" | "setAside">;
  readonly writeBlock: (block: SpanBlock, token: string) => Promise<void>;
  /** Reads a segment from the spool again. */
  readonly reread: (sequence: bigint) => Promise<Sealed>;
  /** Called with each block once it is stored. */
  readonly onStored: (block: SpanBlock) => void;
  /** Called when spans are given up: their segment was set aside. */
  readonly onSetAside: (spanCount: number, message: string) => void;
  readonly onProblem: (message: string) => void;
}

interface Entry {
  readonly sequence: bigint;
  readonly sizeBytes: number;
  sealed: Sealed | undefined;
}

/** Owns the order in which segments are stored. */
export class StoreQueue {
  readonly #options: StoreQueueOptions;
  readonly #entries: Entry[] = [];
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<{ readonly sequence: bigint; readonly done: () => void }>();
  #doneSequence = 0n;
  #running: Promise<void> | undefined;

  constructor(options: StoreQueueOptions) {
    this.#options = options;
  }

  /** Segments that wait for the store. */
  get segmentCount(): number {
    return this.#entries.length;
  }

  /** Their size in the spool. */
  get spooledBytes(): number {
    return this.#entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Appends a segment; without its block it is read from the spool when it is its turn. */
  push(segment: {
    readonly sequence: bigint;
    readonly sizeBytes: number;
    readonly sealed?: Sealed;
  }): void {
    const blocks = this.#entries.filter(({ sealed }) => sealed !== undefined).length;
    const sealed = blocks < BLOCKS_IN_MEMORY_MAX ? segment.sealed : undefined;
    this.#entries.push({ ...segment, sealed });
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is left to store, or after `waitMsMax`. */
  async settled(waitMsMax: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, waitMsMax);
    await Promise.race([this.#running, late.promise]);
    clearTimeout(timer);
  }

  /**
   * Resolves with true when the segment, and every one before it, is done with; with false when it
   * is not after `waitMsMax`.
   */
  async doneUpTo(sequence: bigint, waitMsMax: number): Promise<boolean> {
    if (sequence <= this.#doneSequence) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting = { sequence, done: () => resolve(true) };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => resolve(false), waitMsMax);
    const isDone = await promise;
    clearTimeout(timer);
    this.#waiting.delete(waiting);
    return isDone;
  }

  /** Stops after the segment that is being stored; what is left stays in the spool. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let delayMs = STORE_RETRY_DELAY_MS;
    let entry = this.#entries[0];
    while (entry !== undefined && !this.#stopping.signal.aborted) {
      const error = await this.#tryStore(entry);
      if (error === undefined) {
        delayMs = STORE_RETRY_DELAY_MS;
        this.#entries.shift();
        this.#markDone(entry.sequence);
        entry = this.#entries[0];
        continue;
      }
      await this.#pause(delayMs);
      delayMs = Math.min(delayMs * 2, STORE_RETRY_DELAY_MS_MAX);
    }
    this.#running = undefined;
  }

  #markDone(sequence: bigint): void {
    this.#doneSequence = sequence;
    for (const waiting of this.#waiting) if (waiting.sequence <= sequence) waiting.done();
  }

  /** Returns the error after which to try again, or undefined when the segment is done with. */
  async #tryStore(entry: Entry): Promise<unknown> {
    const { spool, writeBlock, reread, onStored } = this.#options;
    try {
      entry.sealed ??= await reread(entry.sequence);
      const { block, token, torn } = entry.sealed;
      if (torn !== undefined) this.#reportTorn(entry.sequence, torn);
      if (block !== undefined) await writeBlock(block, token);
      await spool.remove(entry.sequence);
      if (block !== undefined) onStored(block);
      return undefined;
    } catch (error) {
      if (error instanceof SpoorError && error.retryable) return error;
      return this.#setAside(entry, error);
    }
  }

  async #setAside(entry: Entry, cause: unknown): Promise<unknown> {
    try {
      const path = await this.#options.spool.setAside(entry.sequence);
      const message = `${errorMessage(cause)}; its requests are kept in ${path}`;
      this.#options.onSetAside(entry.sealed?.block?.spanCount ?? 0, message);
      return undefined;
    } catch (error) {
      this.#options.onProblem(`cannot set a segment aside: ${errorMessage(error)}`);
      return error;
    }
  }

  #reportTorn(sequence: bigint, torn: string): void {
    this.#options.onProblem(
      `segment ${sequence} of the spool was read up to its last whole record: ${torn}. ` +
        "After a crash that is the request that was not acknowledged",
    );
  }

  /** Ends early when the queue stops. */
  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delayMs);
    this.#stopping.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}
