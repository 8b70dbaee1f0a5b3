/*
 * Notices traces that grow beyond what anybody reads whole: a loop that forgot to end its trace, or
 * a trace id that a process uses for everything it does. They are kept and can be read in parts;
 * but somebody should know, and not only who opens one.
 *
 * 1. Of each stored segment the ids of its newest spans are at hand. A trace that is among them
 *    often is estimated to have as large a share of the whole segment.
 * 2. When its estimates come to more than the limit, the store is asked how many spans it has.
 *
 * A trace that grows slowly, below some spans a second, is not noticed here.
 */
import { bytesToHex, errorMessage, type LargeTrace, TRACE_ID_BYTES } from "@spoor/trace";
import type { TraceStore } from "@spoor/store";
import {
  LARGE_TRACE_SAMPLES_MIN,
  LARGE_TRACES_TOLD,
  LARGE_TRACES_WATCHED,
  TRACE_SPANS_MAX,
} from "../base/limits.ts";
import { RecentIds } from "./recent-ids.ts";

/** What it needs. */
export interface LargeTracesParts {
  readonly store: Pick<TraceStore, "summarize">;
  /** Gets a line for each such trace. */
  readonly onProblem: (message: string) => void;
}

/** Watches for large traces. */
export class LargeTraces {
  readonly #parts: LargeTracesParts;
  /** Estimated spans by trace id, those that were seen last at the end. */
  readonly #spans = new Map<string, number>();
  readonly #told = new RecentIds(LARGE_TRACES_WATCHED);
  readonly #newest: LargeTrace[] = [];
  #count = 0;
  #asking = Promise.resolve();

  constructor(parts: LargeTracesParts) {
    this.#parts = parts;
  }

  /** How many were found since the start. */
  get count(): number {
    return this.#count;
  }

  /** The last that were found, newest first. */
  get newest(): readonly LargeTrace[] {
    return [...this.#newest];
  }

  /** Looks at what was stored: some of its trace ids, 16 bytes each, and how many spans it has. */
  stored(traceIds: Uint8Array, spanCount: number): void {
    const spansPerId = (spanCount * TRACE_ID_BYTES) / Math.max(1, traceIds.length);
    for (const [traceId, samples] of countIds(traceIds)) {
      if (samples < LARGE_TRACE_SAMPLES_MIN || this.#told.has(traceId)) continue;
      const spans = (this.#spans.get(traceId) ?? 0) + samples * spansPerId;
      this.#spans.delete(traceId);
      this.#spans.set(traceId, spans);
      if (spans > TRACE_SPANS_MAX) this.#asking = this.#asking.then(() => this.#ask(traceId));
    }
    for (const oldest of this.#spans.keys()) {
      if (this.#spans.size <= LARGE_TRACES_WATCHED) break;
      this.#spans.delete(oldest);
    }
  }

  /** Waits for the store. */
  close(): Promise<void> {
    return this.#asking;
  }

  /** Never rejects. */
  async #ask(traceId: string): Promise<void> {
    if (this.#told.has(traceId)) return;
    try {
      const [summary] = await this.#parts.store.summarize([traceId]);
      const spanCount = summary?.spanCount ?? 0;
      // From now on with the true number, until it is as large as it was estimated.
      this.#spans.set(traceId, spanCount);
      if (summary === undefined || spanCount <= TRACE_SPANS_MAX) return;
      this.#tell({ traceId, spanCount, service: summary.rootService, name: summary.rootName });
    } catch (error) {
      this.#parts.onProblem(`cannot count the spans of ${traceId}: ${errorMessage(error)}`);
    }
  }

  #tell(found: LargeTrace): void {
    const { traceId, spanCount, service, name } = found;
    this.#told.add(traceId);
    this.#spans.delete(traceId);
    this.#count += 1;
    this.#newest.unshift(found);
    this.#newest.length = Math.min(this.#newest.length, LARGE_TRACES_TOLD);
    this.#parts.onProblem(
      `trace ${traceId} (${service}: ${name}) has ${spanCount} spans by now and may grow on: more ` +
        `than the ${TRACE_SPANS_MAX} that are read at once. All are kept; a loop or a long-lived ` +
        "process should begin a trace for each piece of its work",
    );
  }
}

function countIds(traceIds: Uint8Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (let offset = 0; offset < traceIds.length; offset += TRACE_ID_BYTES) {
    const traceId = bytesToHex(traceIds, offset, offset + TRACE_ID_BYTES);
    counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
  }
  return counts;
}
