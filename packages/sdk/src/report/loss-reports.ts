/*
 * Tells the server what was lost here, as `spoor.loss` events: totals since the start of the
 * process, so that one that is lost itself does no harm. Sent a while after the first new loss,
 * and at the end of the process.
 */
import { type Clock, type LossEntry, LossLedger } from "@spoor/trace/basics";
import { REPORT_PAUSE_MS } from "../base/export-limits.ts";
import type { SenderEvent } from "../base/sender-event.ts";

/** Where the scope of our own events comes from. */
const SCOPE_NAME = "spoor";

/** What reports of losses need. */
export interface LossReportsOptions {
  readonly serviceName: string;
  readonly processStartUnixNano: bigint;
  readonly clock: Clock;
  /** Every ledger of this process. */
  losses(): Iterable<LossEntry>;
  send(events: readonly SenderEvent[]): void;
}

/** Sends losses when there are new ones. An idle process has no timer. */
export class LossReports {
  readonly #options: LossReportsOptions;
  #timer: NodeJS.Timeout | undefined;
  #reportedTotal = 0;

  constructor(options: LossReportsOptions) {
    this.#options = options;
  }

  /** Something was lost. */
  note(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.sendNow();
    }, REPORT_PAUSE_MS).unref();
  }

  /** Sends what is new. Returns whether anything was. */
  async sendNow(): Promise<boolean> {
    const { clock, serviceName, processStartUnixNano } = this.#options;
    const total = new LossLedger();
    total.add(this.#options.losses());
    const entries = total.entries();
    const count = entries.reduce((sum, entry) => sum + entry.count, 0);
    if (count === this.#reportedTotal) return false;
    this.#reportedTotal = count;
    // Loaded with the first loss: most processes never have one.
    const { toReportRecord } = await import("@spoor/trace");
    const counts = new Map(entries.map((entry) => [entry.reason, entry.count]));
    const timeUnixNano = clock.nowUnixNano();
    const record = toReportRecord(
      { kind: "loss", timeUnixNano, processStartUnixNano, counts },
      { service: serviceName },
    );
    this.#options.send([{ ...record, scopeName: SCOPE_NAME }]);
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
