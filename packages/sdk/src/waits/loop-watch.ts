/*
 * Tells what blocks the event loop while it is blocked, when nothing of this thread can.
 *
 * 1. A thread of its own looks whether the ticks of this one go on.
 * 2. When they do not for LOOP_BLOCKED_MS, it asks over the inspector. V8 answers in the middle of
 *    whatever runs, on top of its stack and in its asynchronous context: so the answer knows the
 *    code that blocks, and the span in which it runs. No debugger is involved and nothing pauses.
 * 3. What is overdue is told by that thread, over a connection of its own.
 *
 * What it does not do: code outside JavaScript, such as `execFileSync`, answers when it returns.
 * Until then nothing is told, and then only the span keeps what it waited for.
 */
import { serialize } from "node:v8";
import { isMainThread, Worker } from "node:worker_threads";
import type { Clock } from "@spoor/trace/basics";
import { currentStack } from "../doctor/call-site.ts";
import { LOOP_ANSWER_MS_MAX, LOOP_BLOCKED_MS } from "./limits.ts";
import {
  type AskBlocked,
  BLOCKED_KEY,
  type BlockedAnswer,
  type LoopWatcherData,
} from "./loop-message.ts";

/** How the event loop was found. */
export interface BlockedLoop {
  /** Since the last tick, in ms. */
  readonly blockedMs: number;
  /** Of what runs now. */
  readonly stack: string;
  /** The code that blocked it has just come back from outside JavaScript. */
  readonly isReturning: boolean;
}

/** What watching needs. */
export interface LoopWatchOptions extends Omit<LoopWatcherData, "beats"> {
  readonly clock: Clock;
  /** Says what is overdue now. Called in the middle of other code: must not wait, nor throw. */
  readonly tell: (blocked: BlockedLoop) => BlockedAnswer;
  readonly onError: (error: unknown) => void;
}

/** Watches the event loop of the main thread until `stop`. */
export class LoopWatch {
  readonly #options: LoopWatchOptions;
  readonly #beats = new Int32Array(new SharedArrayBuffer(4));
  readonly #thread: Worker | undefined;
  #beatMs: number;

  constructor(options: LoopWatchOptions) {
    this.#options = options;
    this.#beatMs = options.clock.monotonicMs();
    // Over the inspector a thread reaches the main thread only.
    if (!isMainThread) return;
    const ask: AskBlocked = (askedUnixMs, isConfirmed) => this.#answer(askedUnixMs, isConfirmed);
    Reflect.set(globalThis, Symbol.for(BLOCKED_KEY), ask);
    this.#thread = this.#start();
  }

  /** The event loop goes on. Called with every tick. */
  beat(): void {
    this.#beatMs = this.#options.clock.monotonicMs();
    Atomics.add(this.#beats, 0, 1);
  }

  /** Watches no more. */
  async stop(): Promise<void> {
    Reflect.deleteProperty(globalThis, Symbol.for(BLOCKED_KEY));
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const { exporter } = this.#options;
    const data: LoopWatcherData = { beats: this.#beats, exporter };
    const thread = new Worker(new URL(watcherFile(), import.meta.url), {
      workerData: data,
      name: "spoor",
      // Nothing of what the application gave to its own threads: it may load this SDK.
      env: {},
      execArgv: process.execArgv.filter((word) => word.startsWith("--conditions=")),
      stderr: true,
    });
    thread.unref();
    thread.on("error", this.#options.onError);
    return thread;
  }

  #answer(askedUnixMs: number, isConfirmed: boolean): string {
    const { clock, tell } = this.#options;
    const isReturning = Number(clock.nowUnixNano() / 1_000_000n) - askedUnixMs > LOOP_ANSWER_MS_MAX;
    const blockedMs = clock.monotonicMs() - this.#beatMs;
    const stack = currentStack() ?? "";
    const answer: BlockedAnswer =
      isReturning || isConfirmed ? tell({ blockedMs, stack, isReturning }) : NOTHING;
    return serialize(answer).toString("base64");
  }
}

const NOTHING: BlockedAnswer = { events: [], nextMs: LOOP_BLOCKED_MS };

/** Beside this file in a bundle. */
function watcherFile(): string {
  return import.meta.url.endsWith(".ts") ? "../loop-watcher.ts" : "./loop-watcher.js";
}
