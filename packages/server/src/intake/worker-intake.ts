/*
 * Hands requests to intake workers and their segments to the store.
 *
 * Two workers take turns: while one encodes the segment that was just sealed, which takes as long
 * as decoding some hundred requests, the other one takes requests. A segment is sealed when it is
 * large enough to be cheap to insert, or old enough that somebody may look for its spans, but never
 * before the other worker is free: the slower the store, the larger the segments.
 *
 * The next segment is started while the present one is filled. Making a file durable takes two
 * syncs, and every request of the moment would wait for them.
 */
import { Worker } from "node:worker_threads";
import {
  errorMessage,
  invariant,
  type LossLedger,
  SpoorError,
  type SpoolBacklog,
  type DecodeLimits,
} from "@spoor/trace";
import type { ServerErrorCode } from "../base/error-codes.ts";
import {
  BLOCKS_IN_MEMORY_MAX,
  FRESHEN_MS_MAX,
  SEGMENT_AGE_MS_MAX,
  SEGMENT_BYTES_MAX,
  SEGMENT_ROWS_MAX,
  SPOOL_BYTES_MAX,
  STOP_MS_MAX,
} from "../base/limits.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import type { SpanAccounts } from "../self/span-accounts.ts";
import type { SyncMode } from "../spool/segment-writer.ts";
import type { Spool } from "../spool/spool.ts";
import { type Intake, type IntakeReply, refusedAsNotKept } from "./intake.ts";
import { StoreQueue, type StoreQueueOptions } from "./store-queue.ts";
import type { FromWorker, Sealed, ToWorker } from "./worker-messages.ts";

/** One encodes while the other takes; a third would only wait for the store. */
const WORKER_COUNT = 2;

/** What an intake on workers needs. */
export interface WorkerIntakeOptions extends Omit<
  StoreQueueOptions,
  "reread" | "spool" | "blocksInMemoryMax"
> {
  readonly spool: Spool;
  readonly syncMode: SyncMode;
  readonly decodeLimits: DecodeLimits;
  readonly ledger: LossLedger;
  readonly accounts: SpanAccounts;
}

interface IntakeWorker {
  readonly thread: Worker;
  /** `ready`: its segment is started, and the next one to take requests. At most one is. */
  state: "idle" | "ready" | "active" | "sealing";
  /** Of the segment that it builds. */
  sequence: bigint;
  /** Spans and log records of the requests that were answered. */
  rowCount: number;
  /** Of the requests that were handed over. */
  bytes: number;
  /** Of those that were not answered yet. */
  bytesUnanswered: number;
}

const IDLE = { state: "idle", sequence: 0n, rowCount: 0, bytes: 0, bytesUnanswered: 0 } as const;

/** A request that was handed to a worker. */
interface Pending {
  readonly bytes: number;
  readonly settle: (reply: IntakeReply) => void;
}

/** A request that no worker may take yet. */
interface Waiting {
  readonly request: ReceivedRequest;
  readonly settle: (reply: IntakeReply) => void;
}

/** What SDKs send takes about so many bytes a span, compressed; a guess until the first answers. */
const BYTES_PER_ROW_AT_FIRST = 100;

/** How much of the guess an answer replaces. */
const BYTES_PER_ROW_SHARE = 0.05;

/** Owns the workers, the segment that is open, and the queue into the store. */
export class WorkerIntake implements Intake {
  readonly #options: WorkerIntakeOptions;
  readonly #workers: readonly IntakeWorker[];
  readonly #queue: StoreQueue;
  readonly #pending = new Map<number, Pending>();
  /** While the segment that is open is full and no worker is free to take the next. */
  readonly #waiting: Waiting[] = [];
  #rowsPerByte = 1 / BYTES_PER_ROW_AT_FIRST;
  readonly #rereading = new Map<bigint, PromiseWithResolvers<Sealed>>();
  #nextId = 0;
  #active: IntakeWorker | undefined;
  #ageTimer: NodeJS.Timeout | undefined;
  #isSealWanted = false;
  #isDiskRefusing = false;
  /** The newest segment that holds acknowledged rows, as far as anybody has asked. */
  #latestSequence = 0n;
  #onIdle: (() => void) | undefined;

  constructor(options: WorkerIntakeOptions) {
    this.#options = options;
    this.#queue = new StoreQueue({
      ...options,
      // Segments that only memory holds are as many as the intake lets in.
      blocksInMemoryMax: options.syncMode === "none" ? Infinity : BLOCKS_IN_MEMORY_MAX,
      reread: (sequence) => this.#reread(sequence),
    });
    this.#workers = Array.from({ length: WORKER_COUNT }, () => this.#startWorker());
    // What a crash left behind goes first.
    for (const { sequence, sizeBytes } of options.spool.left) {
      this.#queue.push({ sequence, sizeBytes });
      // Acknowledged as well, by the process before: answers are not complete without it.
      this.#latestSequence = sequence;
    }
  }

  get backlog(): SpoolBacklog {
    return { segmentCount: this.#queue.segmentCount, bytes: this.#queue.spooledBytes };
  }

  /** Resolves when what a crash left behind is stored, or after `waitMsMax`: it goes on then. */
  caughtUp(waitMsMax: number): Promise<void> {
    return this.#queue.settled(waitMsMax);
  }

  /** The disk is asked only after it refused something; senders that stay away could not tell. */
  async isReady(): Promise<boolean> {
    if (this.#isDiskRefusing) this.#isDiskRefusing = !(await this.#options.spool.canWrite());
    return !this.#isDiskRefusing;
  }

  freshen(): Promise<boolean> {
    const active = this.#active;
    if (active !== undefined && active.rowCount > 0) {
      this.#latestSequence = active.sequence;
      this.#wantSeal();
    }
    return this.#queue.doneUpTo(this.#latestSequence, FRESHEN_MS_MAX);
  }

  take(request: ReceivedRequest): Promise<IntakeReply> {
    if (this.#isFull()) {
      return Promise.resolve(refusedAsNotKept("the spool is full, because the store is away"));
    }
    const { promise, resolve } = Promise.withResolvers<IntakeReply>();
    this.#waiting.push({ request, settle: resolve });
    this.#handOut();
    return promise;
  }

  /**
   * Gives waiting requests to the open segment until it is full. Everything that is handed to a
   * worker ends in its segment, so a segment without bound would take all that is in flight.
   */
  #handOut(): void {
    while (this.#waiting.length > 0) {
      if (this.#active !== undefined && this.#isLarge(this.#active)) {
        this.#wantSeal();
        if (this.#active !== undefined) return;
      }
      if (this.#active === undefined && !this.#canActivate()) return;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#hand(this.#active ?? this.#activate(), next);
    }
  }

  #hand(worker: IntakeWorker, { request, settle }: Waiting): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const body = withOwnBuffer(request.body);
    this.#pending.set(id, { bytes: body.length, settle });
    worker.bytes += body.length;
    worker.bytesUnanswered += body.length;
    send(worker, { kind: "take", id, request: { ...request, body } }, [body.buffer]);
  }

  #canActivate(): boolean {
    return this.#workers.some(({ state }) => state === "idle" || state === "ready");
  }

  /** By what was answered, and by what is to be expected of what was not. */
  #isLarge({ rowCount, bytes, bytesUnanswered }: IntakeWorker): boolean {
    const rows = rowCount + bytesUnanswered * this.#rowsPerByte;
    return rows >= SEGMENT_ROWS_MAX || bytes >= SEGMENT_BYTES_MAX;
  }

  /** Without files, memory is all there is to wait in. */
  #isFull(): boolean {
    if (this.#options.syncMode !== "none") return this.#queue.spooledBytes > SPOOL_BYTES_MAX;
    return this.#queue.segmentCount >= BLOCKS_IN_MEMORY_MAX;
  }

  async close(): Promise<void> {
    const isBusy = (): boolean => this.#workers.some(({ state }) => state !== "idle");
    while (isBusy()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const isSealing = this.#workers.some(({ state }) => state === "sealing");
      // A segment that is ready comes after all others, and goes the same way to be removed.
      const last = isSealing ? undefined : this.#inState("ready");
      const next = this.#active ?? last;
      if (next !== undefined) this.#seal(next);
      await promise;
    }
    await this.#queue.settled(STOP_MS_MAX);
    await this.#queue.stop();
    const { segmentCount } = this.#queue;
    if (this.#options.syncMode === "none" && segmentCount > 0) {
      this.#options.onProblem(
        `${segmentCount} segments of requests are lost: the store did not take them before the ` +
          "stop, and with --spool none nothing else holds them",
      );
    }
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()));
  }

  #startWorker(): IntakeWorker {
    const thread = new Worker(new URL(workerFile(), import.meta.url), {
      execArgv: process.execArgv,
    });
    const worker: IntakeWorker = { thread, ...IDLE };
    thread.on("message", (message: FromWorker) => this.#receive(worker, message));
    // A worker ends by itself only when it is broken; what it acknowledged is in the spool.
    thread.on("error", (cause) => {
      const code: ServerErrorCode = "SPOOR_INTAKE_WORKER";
      throw new SpoorError(`an intake worker failed: ${errorMessage(cause)}`, { code, cause });
    });
    return worker;
  }

  #inState(state: IntakeWorker["state"]): IntakeWorker | undefined {
    return this.#workers.find((worker) => worker.state === state);
  }

  /** Gives requests to the segment that is ready, and makes the next one ready. */
  #activate(): IntakeWorker {
    const worker = this.#inState("ready") ?? this.#startSegment();
    invariant(worker !== undefined, "a segment is sealed only when another worker is free");
    worker.state = "active";
    this.#active = worker;
    this.#ageTimer = setTimeout(() => this.#wantSeal(), SEGMENT_AGE_MS_MAX);
    this.#startSegment();
    return worker;
  }

  /** Starts a segment on an idle worker, if there is one. */
  #startSegment(): IntakeWorker | undefined {
    const worker = this.#inState("idle");
    if (worker === undefined) return undefined;
    const { spool, syncMode, decodeLimits: limits } = this.#options;
    const { path, header } = spool.nextPlace();
    Object.assign(worker, IDLE, { state: "ready", sequence: header.sequence });
    send(worker, { kind: "start", place: { path, header, syncMode }, limits });
    return worker;
  }

  #wantSeal(): void {
    const isOtherFree = this.#canActivate();
    this.#isSealWanted = !isOtherFree;
    if (isOtherFree && this.#active !== undefined) this.#seal(this.#active);
  }

  #seal(worker: IntakeWorker): void {
    clearTimeout(this.#ageTimer);
    this.#isSealWanted = false;
    this.#active = undefined;
    worker.state = "sealing";
    this.#latestSequence = worker.sequence;
    send(worker, { kind: "seal" });
  }

  #receive(worker: IntakeWorker, message: FromWorker): void {
    switch (message.kind) {
      case "replies":
        this.#options.ledger.add(message.losses);
        for (const { id, reply } of message.replies) this.#settle(worker, id, reply);
        break;
      case "sealed":
        this.#sealed(worker, message.sealed);
        break;
      case "startFailed":
        this.#startFailed(worker, message.message);
        break;
      case "rereadFailed":
        this.#rereading.get(message.sequence)?.reject(new Error(message.message));
        this.#rereading.delete(message.sequence);
        break;
    }
  }

  #settle(worker: IntakeWorker, id: number, reply: IntakeReply): void {
    const { accounts } = this.#options;
    // Before the sender hears of it, so that no account lags behind an answer.
    if (reply.kind === "accepted") accounts.acknowledged(worker.sequence, reply.shares);
    else accounts.refused(reply.shares ?? [], reply.reason);
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.settle(reply);
    const bytes = pending?.bytes ?? 0;
    worker.bytesUnanswered -= bytes;
    if (reply.kind === "accepted") {
      const rowCount = reply.spanCount + reply.logRecordCount;
      worker.rowCount += rowCount;
      if (bytes > 0) {
        this.#rowsPerByte += BYTES_PER_ROW_SHARE * (rowCount / bytes - this.#rowsPerByte);
      }
    }
    if (reply.kind === "refused" && reply.reason === "store_unavailable") {
      this.#isDiskRefusing = true;
    }
    if (worker === this.#active && this.#isLarge(worker)) this.#wantSeal();
    this.#handOut();
  }

  #sealed(worker: IntakeWorker, sealed: Sealed): void {
    const reread = this.#rereading.get(sealed.sequence);
    if (reread !== undefined) {
      this.#rereading.delete(sealed.sequence);
      reread.resolve(sealed);
      return;
    }
    this.#queue.push({ sequence: sealed.sequence, sizeBytes: worker.bytes, sealed });
    worker.state = "idle";
    if (this.#active !== undefined) this.#startSegment();
    this.#workerIsFree();
  }

  /** Requests that were sent for the segment are refused one by one by the worker. */
  #startFailed(worker: IntakeWorker, message: string): void {
    this.#options.onProblem(message);
    this.#isDiskRefusing = true;
    // Nothing of it will ever be stored, so nobody may wait for it.
    if (this.#latestSequence === worker.sequence) this.#latestSequence -= 1n;
    if (worker === this.#active) {
      clearTimeout(this.#ageTimer);
      this.#active = undefined;
    }
    worker.state = "idle";
    this.#workerIsFree();
  }

  #workerIsFree(): void {
    if (this.#isSealWanted) this.#wantSeal();
    this.#handOut();
    this.#onIdle?.();
  }

  /** On the worker that takes no requests now, if there is one. */
  #reread(sequence: bigint): Promise<Sealed> {
    const worker = this.#workers.find(({ state }) => state !== "active") ?? this.#workers[0];
    invariant(worker !== undefined, "there is a worker");
    const rereading = Promise.withResolvers<Sealed>();
    this.#rereading.set(sequence, rereading);
    const { spool, decodeLimits: limits } = this.#options;
    send(worker, { kind: "reread", path: spool.pathOf(sequence), sequence, limits });
    return rereading.promise;
  }
}

function send(
  { thread }: IntakeWorker,
  message: ToWorker,
  transfer: readonly ArrayBuffer[] = [],
): void {
  thread.postMessage(message, [...transfer]);
}

/** Buffers that share their memory with others, as small ones do, cannot be moved to a thread. */
function withOwnBuffer(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = body;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === body.length;
  // Checked right here: the buffer is a plain ArrayBuffer.
  return isOwn ? (body as Uint8Array<ArrayBuffer>) : new Uint8Array(body);
}

/** The worker's file as it lies beside this one: a source in a checkout, a script when built. */
function workerFile(): string {
  return import.meta.url.endsWith(".ts") ? "./intake-worker.ts" : "./intake-worker.js";
}
