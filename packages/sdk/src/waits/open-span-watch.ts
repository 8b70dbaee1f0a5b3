/*
 * Looks after spans that do not end.
 *
 * While nothing is overdue this costs one comparison every TICK_MS, and nothing else of this room
 * is loaded. The timer does not keep the process alive.
 */
import { FIRST_SNAPSHOT_MS, LATE_TICK_MS, TICK_MS } from "./limits.ts";
import type { LoopWatch } from "./loop-watch.ts";
import type { OpenSpanReporter } from "./open-span-reporter.ts";
import { leastThresholdMs } from "./overdue-spans.ts";
import type { WatchOptions } from "./watch-options.ts";

/** Watches the open spans of one SDK, from its start until `stop`. */
export class OpenSpanWatch {
  readonly #options: WatchOptions;
  readonly #leastMs: number;
  readonly #timer: NodeJS.Timeout;
  #reporter: OpenSpanReporter | undefined;
  #loop: LoopWatch | undefined;
  #isBusy = false;
  #isSkipped = false;
  #tickMs: number;
  #isStopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#leastMs = leastThresholdMs(options);
    this.#tickMs = options.clock.monotonicMs();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    setTimeout(() => {
      this.#run();
      void this.#watchLoop();
    }, FIRST_SNAPSHOT_MS).unref();
  }

  /** Tells every span that is open now: the process ends, or may. */
  async tellAll(): Promise<void> {
    if (this.#options.spans.openSpanCount === 0 && this.#reporter === undefined) return;
    try {
      (await this.#load()).tellAll();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Watches no more, and lets go of what was opened for questions. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#loop?.stop();
    await this.#reporter?.close();
  }

  #tick(): void {
    this.#loop?.beat();
    const nowMs = this.#options.clock.monotonicMs();
    const isLate = nowMs - this.#tickMs > TICK_MS + LATE_TICK_MS;
    this.#tickMs = nowMs;
    // What arrived while the event loop was blocked is read before the next look. On a machine
    // without time every tick is late, so that only every other one is left out.
    this.#isSkipped = isLate && !this.#isSkipped;
    if (this.#isSkipped) return;
    const isOverdue = this.#options.spans.oldestOpenMs >= this.#leastMs;
    if (isOverdue || this.#reporter?.isDue(nowMs) === true) this.#run();
  }

  #run(): void {
    if (this.#isBusy || this.#isStopped) return;
    this.#isBusy = true;
    void this.#report().finally(() => {
      this.#isBusy = false;
    });
  }

  async #report(): Promise<void> {
    try {
      await (await this.#load()).tick();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** A process that runs for longer than a script does; what reports is loaded by then. */
  async #watchLoop(): Promise<void> {
    const { loop, clock, onError } = this.#options;
    if (loop === undefined || this.#isStopped) return;
    try {
      const { LoopWatch: Watch } = await import("./loop-watch.ts");
      const reporter = await this.#load();
      const tell = reporter.tellBlocked.bind(reporter);
      this.#loop = new Watch({ ...loop, clock, tell, onError });
    } catch (error) {
      onError(error);
    }
  }

  async #load(): Promise<OpenSpanReporter> {
    if (this.#reporter === undefined) {
      const module = await import("./open-span-reporter.ts");
      this.#reporter ??= new module.OpenSpanReporter(this.#options);
    }
    return this.#reporter;
  }
}
