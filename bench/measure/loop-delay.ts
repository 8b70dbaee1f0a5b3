import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type LoopLook, RESULT_PATH_VARIABLE } from "./loop-look.ts";
import { percentile } from "./statistics.ts";

const HOOK_URL = new URL("loop-delay-hook.ts", import.meta.url).href;
const ANSWER_MS_MAX = 10_000;
const POLL_MS = 5;

/** How late the event loop of a server's main thread is, seen from inside of it. */
export class LoopDelay {
  readonly #resultPath: string;
  readonly #looks: LoopLook[] = [];

  constructor(resultPath: string) {
    this.#resultPath = resultPath;
  }

  /** What the server has to be started with. */
  get environment(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${HOOK_URL}`, [RESULT_PATH_VARIABLE]: this.#resultPath };
  }

  /** Looks at the server's event loop while `work` is done. */
  async during<T>(pid: number, work: () => Promise<T>): Promise<T> {
    process.kill(pid, "SIGUSR2");
    const result = await work();
    process.kill(pid, "SIGUSR2");
    this.#looks.push(...(await this.#answer()));
    return result;
  }

  /** The 99th percentile of all that was seen. */
  get p99Ms(): number {
    return percentile(
      this.#looks.map(({ lateMs }) => lateMs),
      0.99,
    );
  }

  /** The same of what the main thread held itself up with, and did not wait for a core. */
  get ownP99Ms(): number {
    return percentile(
      this.#looks.map(({ lateMs, cpuMs }) => Math.min(lateMs, cpuMs)),
      0.99,
    );
  }

  async #answer(): Promise<LoopLook[]> {
    const startedMs = performance.now();
    while (!existsSync(this.#resultPath)) {
      if (performance.now() - startedMs > ANSWER_MS_MAX)
        throw new Error("the server is not hooked");
      await pause(POLL_MS);
    }
    // Written by the hook beside this file.
    const looks = JSON.parse(readFileSync(this.#resultPath, "utf8")) as LoopLook[];
    rmSync(this.#resultPath);
    return looks;
  }
}
