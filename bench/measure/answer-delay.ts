import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "./statistics.ts";

const ASK_EVERY_MS = 25;

/**
 * How long the server's main thread takes to say that it is alive, asked again and again until it
 * is stopped. It does nothing but answer there, so this bounds how long anything held it up; the
 * time in which this process waits for a core is in it too.
 */
export class AnswerDelay {
  readonly #delaysMs: number[] = [];
  readonly #asking: Promise<void>;
  #isStopped = false;

  constructor(url: string) {
    this.#asking = this.#ask(`${url}/healthz`);
    // Told by stop(); a run that ends early does not call it, and its server is gone.
    this.#asking.catch(() => undefined);
  }

  /** The 99th percentile so far, after the last answer. @throws when an answer did not come. */
  async stop(): Promise<number> {
    this.#isStopped = true;
    await this.#asking;
    return percentile(this.#delaysMs, 0.99);
  }

  async #ask(url: string): Promise<void> {
    while (!this.#isStopped) {
      const startedMs = performance.now();
      const response = await fetch(url);
      await response.text();
      this.#delaysMs.push(performance.now() - startedMs);
      await pause(ASK_EVERY_MS);
    }
  }
}
