import type { Tracer } from "@opentelemetry/api";
import type { ExportCounts } from "../export/pipeline.ts";

/** How long to wait. */
export interface FlushOptions {
  /** Milliseconds; 10 s unless given. */
  readonly deadlineMs?: number;
}

/** A running SDK. Nothing in it throws or rejects. */
export interface SpoorHandle {
  /** False when tracing is disabled, or something else in this process traces already. */
  readonly isTracing: boolean;
  getTracer(name: string, version?: string): Tracer;
  /**
   * Sends every span that has ended, those on their way included, and waits for the answers.
   * Resolves at the deadline at the latest, with what became of all spans so far.
   *
   * @example
   * const { sent, lost, waiting } = await handle.flush({ deadlineMs: 2000 });
   */
  flush(options?: FlushOptions): Promise<ExportCounts>;
  /** Flushes, counts what is left as lost and ends tracing. A second call only counts. */
  shutdown(options?: FlushOptions): Promise<ExportCounts>;
  /** What became of all spans so far. */
  counts(): ExportCounts;
}
