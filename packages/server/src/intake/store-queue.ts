/*
 * Sealed segments on their way into the store, oldest first.
 *
 * 1. The spans of a segment are inserted under its token and its log records under one made from
 *    it, and then it is removed from the spool. Until then both are inserted again, however often
 *    that takes: the store keeps a token once.
 * 2. While the store is away segments gather in the spool. Only the oldest few keep their blocks in
 *    memory; the others are read from the spool again when it is their turn.
 * 3. A segment that the store refuses for good is set aside and counted, so that it does not hold
 *    up what came after it.
 */
import type { LogBlock, SpanBlock } from "@spoor/store/block";
import { errorMessage, SpoorError } from "@spoor/trace";
import { STORE_RETRY_DELAY_MS, STORE_RETRY_DELAY_MS_MAX } from "../base/limits.ts";
import type { Spool } from "../spool/spool.ts";
import type { Sealed } from "./worker-messages.ts";

/** What a store queue needs. */
export interface StoreQueueOptions {
  readonly spool: Pick<Spool, "remove" | "setAside">;
  /** Further segments let their blocks go and are read from the spool again. */
  readonly blocksInMemoryMax: number;
  readonly writeBlock: (block: SpanBlock, token: string) => Promise<void>;
  readonly writeLogBlock: (block: LogBlock, token: string) => Promise<void>;
  /** Reads a segment from the spool again. */
  readonly reread: (sequence: bigint) => Promise<Sealed>;
  /** Called with the spans of each segment once all of it is stored. */
  readonly onStored: (block: SpanBlock) => void;
  /** Called when rows are given up: their segment was set aside. */
  readonly onSetAside: (given: GivenUpSegment) => void;
  /** Called when a segment is stored and removed, also one without rows. */
  readonly onDone: (sealed: Sealed) => void;
  readonly onProblem: (message: string) => void;
}

/** What the store refused of a segment. */
interface SetAside {
  /** 0 when the spans are stored, or when nobody knows: see `sealed`. */
  readonly spanCount: number;
  readonly logRecordCount: number;
}

/** A segment that was set aside. */
export interface GivenUpSegment extends SetAside {
  readonly sequence: bigint;
  /** Undefined when it could not be read. */
  readonly sealed: Sealed | undefined;
  readonly message: string;
}

interface Refused extends SetAside {
  readonly cause: unknown;
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
    const sealed = blocks < this.#options.blocksInMemoryMax ? segment.sealed : undefined;
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
    const { spool, reread, onStored, onDone } = this.#options;
    try {
      entry.sealed ??= await reread(entry.sequence);
      const { block, torn } = entry.sealed;
      if (torn !== undefined) this.#reportTorn(entry.sequence, torn);
      const refused = await this.#storeBlocks(entry.sealed);
      if (refused !== undefined) return this.#setAside(entry, refused);
      await spool.remove(entry.sequence);
      onDone(entry.sealed);
      if (block !== undefined) onStored(block);
      return undefined;
    } catch (error) {
      if (error instanceof SpoorError && error.retryable) return error;
      return this.#setAside(entry, { spanCount: 0, logRecordCount: 0, cause: error });
    }
  }

  /**
   * What of a segment the store refuses for good; undefined when all of it is stored. One block is
   * stored whether or not the other one is refused.
   */
  async #storeBlocks({ block, logBlock, token }: Sealed): Promise<Refused | undefined> {
    const { writeBlock, writeLogBlock } = this.#options;
    const spans = block && (await refusal(() => writeBlock(block, token)));
    const logs = logBlock && (await refusal(() => writeLogBlock(logBlock, logsToken(token))));
    if (spans === undefined && logs === undefined) return undefined;
    return {
      spanCount: spans === undefined ? 0 : (block?.spanCount ?? 0),
      logRecordCount: logs === undefined ? 0 : (logBlock?.logRecordCount ?? 0),
      cause: spans ?? logs,
    };
  }

  async #setAside({ sequence, sealed }: Entry, { cause, ...given }: Refused): Promise<unknown> {
    try {
      const path = await this.#options.spool.setAside(sequence);
      const where =
        path === undefined ? "are lost, for they were not spooled" : `are kept in ${path}`;
      const message = `${errorMessage(cause)}; its requests ${where}`;
      this.#options.onSetAside({ sequence, sealed, ...given, message });
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

/** The token of the log records of a segment, whose own token is that of its spans. */
function logsToken(token: string): string {
  return `${token}-logs`;
}

/** Why the store refused for good what `write` writes; undefined when it is stored. */
async function refusal(write: () => Promise<void>): Promise<unknown> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof SpoorError && error.retryable) throw error;
    return error;
  }
}
