/*
 * The longest turns of the event loop: as they were, and without the collections of garbage that
 * fell into them. Those are due to all objects that the process makes, its own loop's included, and
 * their time is no property of whatever code happened to allocate last.
 *
 * By the clock on the wall. The kernel brings the CPU time of a thread up to date only now and
 * then, so that short turns seem to take nothing and one of them what several took. A turn in which
 * the process was interrupted says nothing and is left out; how many those were is counted.
 */
import { PerformanceObserver } from "node:perf_hooks";

interface Turn {
  readonly startMs: number;
  readonly endMs: number;
}

/** The longest turns of a stretch of time, in ms. */
export interface LongestTurns {
  readonly withCollections: number;
  readonly withoutCollections: number;
  /** Turns that were left out. */
  readonly interruptedCount: number;
}

/** Shorter turns cannot be the longest ones: they are many, and are not kept. */
const KEPT_MS_MIN = 0.1;

/** Watches the turns of this process. */
export class TurnTimes {
  #turns: Turn[] = [];
  #collections: PerformanceEntry[] = [];
  #interruptedCount = 0;
  readonly #observer = new PerformanceObserver((list) => this.#keep(list.getEntries()));

  constructor() {
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** A turn begins. The answer ends it. */
  begin(): () => void {
    const { involuntaryContextSwitches } = process.resourceUsage();
    const startMs = performance.now();
    return () => {
      const endMs = performance.now();
      if (process.resourceUsage().involuntaryContextSwitches !== involuntaryContextSwitches) {
        this.#interruptedCount += 1;
      } else if (endMs - startMs >= KEPT_MS_MIN) this.#turns.push({ startMs, endMs });
    };
  }

  /** Forgets what was. */
  reset(): void {
    this.#turns = [];
    this.#collections = [];
    this.#interruptedCount = 0;
  }

  longest(): LongestTurns {
    this.#keep(this.#observer.takeRecords());
    let withCollections = 0;
    let withoutCollections = 0;
    for (const turn of this.#turns) {
      const turnMs = turn.endMs - turn.startMs;
      withCollections = Math.max(withCollections, turnMs);
      withoutCollections = Math.max(withoutCollections, turnMs - this.#collectedMs(turn));
    }
    return { withCollections, withoutCollections, interruptedCount: this.#interruptedCount };
  }

  #keep(entries: readonly PerformanceEntry[]): void {
    this.#collections.push(...entries);
  }

  #collectedMs({ startMs, endMs }: Turn): number {
    let collectedMs = 0;
    for (const { startTime, duration } of this.#collections) {
      if (startTime >= startMs && startTime < endMs) collectedMs += duration;
    }
    return collectedMs;
  }
}
