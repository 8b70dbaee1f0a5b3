import { treeAnonymousMiB } from "./process-tree.ts";

const SAMPLE_MS = 200;

/** Watches the memory of a process and its descendants until it is closed. */
export class PeakMemory implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #peakMiB = 0;

  constructor(pid: number) {
    const sample = (): void => {
      this.#peakMiB = Math.max(this.#peakMiB, treeAnonymousMiB(pid));
    };
    sample();
    this.#timer = setInterval(sample, SAMPLE_MS);
  }

  /** The largest sum that was seen. */
  get peakMiB(): number {
    return this.#peakMiB;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
