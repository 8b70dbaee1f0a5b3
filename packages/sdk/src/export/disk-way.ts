/*
 * The way over the disk, for both signals: requests that the receiver does not take are stored, and
 * sent from there, oldest first, when it takes them again. So are those that an earlier process
 * left.
 *
 * While the oldest request is not taken, nothing else is tried: new requests are stored at once.
 */
import { type Clock, deferred, type LossLedger } from "@spoor/trace/basics";
import { ADOPT_PAUSE_MS } from "../base/export-limits.ts";
import type { DiskQueue, StoredRequest } from "../disk/disk-queue.ts";
import type { QueueFile } from "../disk/queue-file.ts";
import type { ExportObserver } from "./export-observer.ts";
import type { Pauses } from "./pauses.ts";
import { retryPauseMs } from "./retry-pause.ts";
import { sendOnce, type SendParts } from "./send-once.ts";
import type { Outcome, Signal } from "./transport.ts";

/** What the way over the disk needs. */
export interface DiskWayOptions {
  readonly folder: string;
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly pauses: Pauses;
  readonly random: () => number;
  readonly observer: ExportObserver;
  readonly ledger: (signal: Signal) => LossLedger;
  /** Told about each answer. */
  readonly onOutcome: (signal: Signal, outcome: Outcome, recordCount: number) => void;
  readonly onLoss: () => void;
}

/** One signal's files on their way. */
interface Stream {
  readonly parts: SendParts;
  isRunning: boolean;
  isDown: boolean;
  sentCount: number;
  /** Resolved, and made anew, when the stream is empty or a try has failed. */
  paused: ReturnType<typeof deferred<undefined>>;
}

/** Tries that have failed, and what the receiver asked for at the last one. */
interface Tries {
  readonly tries: number;
  readonly afterMs: number | undefined;
}

const NEW: Tries = { tries: 0, afterMs: undefined };

/** Stores requests, and sends what is stored. */
export class DiskWay {
  readonly #options: DiskWayOptions;
  readonly #streams = new Map<Signal, Stream>();
  readonly #opening: Promise<void>;
  readonly #adopting: NodeJS.Timeout;
  /** Undefined before it is open, and where it cannot be opened. */
  #queue: DiskQueue | undefined;
  #isClosed = false;

  constructor(options: DiskWayOptions) {
    this.#options = options;
    this.#opening = this.#open();
    this.#adopting = setInterval(() => void this.#adopt(), ADOPT_PAUSE_MS).unref();
  }

  /** Names how the requests of a signal are sent. */
  add(parts: SendParts): void {
    this.#streams.set(parts.signal, {
      parts,
      isRunning: false,
      isDown: false,
      sentCount: 0,
      paused: deferred(),
    });
  }

  /** Whether the receiver did not take what was tried last from the disk. */
  isDown(signal: Signal): boolean {
    return this.#streams.get(signal)?.isDown === true;
  }

  /**
   * Stores a request that was not taken; false when that cannot be done. `afterMs` is when the
   * receiver asked to be asked again.
   */
  async store(
    request: StoredRequest,
    { afterMs }: { readonly afterMs?: number | undefined } = {},
  ): Promise<boolean> {
    await this.#opening;
    const isStored = (await this.#queue?.store(request)) === true;
    if (isStored) this.#run(request.signal, { tries: 1, afterMs });
    return isStored;
  }

  /** The same while the process ends. */
  storeNow(request: StoredRequest): boolean {
    return this.#queue?.storeNow(request) === true;
  }

  /** Records that were sent from the disk, those of earlier processes included. */
  sentCount(signal: Signal): number {
    return this.#streams.get(signal)?.sentCount ?? 0;
  }

  /** Records that are on the disk now, those of earlier processes included. */
  storedCount(signal: Signal): number {
    return this.#queue?.recordCount(signal) ?? 0;
  }

  /** Tries to send what is stored; resolves when nothing is, or when a try has failed. */
  async drain(signal: Signal): Promise<void> {
    await this.#opening;
    const stream = this.#streams.get(signal);
    if (stream === undefined || this.#queue?.first(signal) === undefined) return;
    const { promise } = stream.paused;
    this.#run(signal, NEW);
    this.#options.pauses.wakeAll();
    await promise;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#adopting);
    this.#queue?.close();
    for (const { paused } of this.#streams.values()) paused.resolve(undefined);
  }

  async #open(): Promise<void> {
    const { folder, bytesMax, clock, observer } = this.#options;
    try {
      const { DiskQueue } = await import("../disk/disk-queue.ts");
      const queue = await DiskQueue.open({
        folder,
        bytesMax,
        nowUnixMs: () => Number(clock.nowUnixNano() / 1_000_000n),
        onDamaged: (file) => this.#lose("export_queue_damaged", file),
      });
      if (this.#isClosed) queue.close();
      else this.#queue = queue;
    } catch (error) {
      observer.warn("disk", `nothing is stored in ${folder}: ${String(error)}`);
    }
    // Not waited for: what is stored meanwhile need not wait for what others left.
    void this.#adopt();
  }

  async #adopt(): Promise<void> {
    const count = (await this.#queue?.adopt()) ?? 0;
    if (count === 0) return;
    const { folder, observer } = this.#options;
    const what = count === 1 ? "1 record" : `${count} records`;
    observer.warn("adopted", `sends ${what} that processes before this one left in ${folder}`);
    for (const signal of this.#streams.keys()) this.#run(signal, NEW);
  }

  #run(signal: Signal, before: Tries): void {
    const stream = this.#streams.get(signal);
    const queue = this.#queue;
    if (stream === undefined || queue === undefined) return;
    if (before.tries > 0) stream.isDown = true;
    if (stream.isRunning) return;
    stream.isRunning = true;
    void this.#sendAll(stream, queue, before);
  }

  async #sendAll(stream: Stream, queue: DiskQueue, before: Tries): Promise<void> {
    const { pauses, random, observer } = this.#options;
    const { signal } = stream.parts;
    let { tries, afterMs } = before;
    try {
      while (!this.#isClosed) {
        if (tries > 0) await pauses.wait(retryPauseMs({ tries, afterMs }, random));
        const file = queue.first(signal);
        if (file === undefined || this.#isClosed) break;
        const outcome = await this.#send(stream, { queue, file });
        stream.isDown = outcome?.kind === "retry";
        afterMs = outcome?.kind === "retry" ? outcome.afterMs : undefined;
        tries = stream.isDown ? tries + 1 : 0;
        if (stream.isDown) pauseOver(stream);
      }
    } catch (error) {
      observer.warn("internal", `cannot send what is stored: ${String(error)}`);
    }
    stream.isRunning = false;
    stream.isDown = false;
    pauseOver(stream);
  }

  /** One try with one file; undefined when it was damaged. */
  async #send(
    stream: Stream,
    { queue, file }: { readonly queue: DiskQueue; readonly file: QueueFile },
  ): Promise<Outcome | undefined> {
    const { signal } = stream.parts;
    const body = await queue.read(file);
    if (body === undefined) return undefined;
    const outcome = await sendOnce({ parts: [body], byteCount: body.length }, stream.parts);
    // Whoever closes counts what is stored: after that it is the next process's.
    if (this.#isClosed) return outcome;
    this.#options.onOutcome(signal, outcome, file.recordCount);
    if (outcome.kind === "sent") {
      const rejectedCount = Math.min(file.recordCount, Math.max(0, outcome.rejectedCount));
      stream.sentCount += file.recordCount - rejectedCount;
      await queue.remove(file);
      this.#lose("export_rejected", { signal, recordCount: rejectedCount });
    } else if (outcome.kind === "refused") {
      await queue.remove(file);
      this.#lose("export_refused", file);
    }
    return outcome;
  }

  #lose(
    reason: "export_queue_damaged" | "export_rejected" | "export_refused",
    { signal, recordCount }: Pick<QueueFile, "signal" | "recordCount">,
  ): void {
    if (recordCount === 0) return;
    this.#options.ledger(signal).count(reason, recordCount);
    this.#options.onLoss();
  }
}

/** Whoever waits for a try has seen one. */
function pauseOver(stream: Stream): void {
  stream.paused.resolve(undefined);
  stream.paused = deferred();
}
