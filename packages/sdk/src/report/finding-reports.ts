/*
 * Tells the server what is wrong with the tracing of this process, as `spoor.finding` events. A new
 * finding goes at once; the counts of known ones follow now and then, and at the end.
 */
import type { FindingReport } from "@spoor/trace";
import type { Clock } from "@spoor/trace/basics";
import { REPORT_PAUSE_MS } from "../base/export-limits.ts";
import type { SenderEvent } from "../base/sender-event.ts";

const SCOPE_NAME = "spoor";

/** A finding, without what the report adds about the process. */
export type FindingContent = Omit<FindingReport, "timeUnixNano" | "processStartUnixNano">;

/** Where findings come from. */
export interface FindingSource {
  /** Called when there is a new finding. */
  onFinding: (() => void) | undefined;
  /** Those that changed since they were last taken. */
  takeUnsent(): readonly FindingContent[];
}

/** What reports of findings need. */
export interface FindingReportsOptions {
  readonly source: FindingSource;
  readonly processStartUnixNano: bigint;
  readonly clock: Clock;
  readonly send: (events: readonly SenderEvent[]) => void;
}

/** Sends findings as long as there are new ones. An idle process is not kept alive. */
export class FindingReports {
  readonly #options: FindingReportsOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: FindingReportsOptions) {
    this.#options = options;
    options.source.onFinding = () => void this.sendNow();
    this.#timer = setInterval(() => void this.sendNow(), REPORT_PAUSE_MS).unref();
  }

  /** Sends what changed, if anything did. */
  async sendNow(): Promise<void> {
    const { source, clock, processStartUnixNano, send } = this.#options;
    const findings = source.takeUnsent();
    if (findings.length === 0) return;
    const timeUnixNano = clock.nowUnixNano();
    // Loaded with the first finding: most processes never have one.
    const { toReportRecord } = await import("@spoor/trace");
    const events: SenderEvent[] = [];
    for (const finding of findings) {
      const report: FindingReport = { ...finding, timeUnixNano, processStartUnixNano };
      events.push({ ...toReportRecord(report, { service: "" }), scopeName: SCOPE_NAME });
    }
    send(events);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#options.source.onFinding = undefined;
    void this.sendNow();
  }
}
