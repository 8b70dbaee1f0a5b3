import type { RetentionPolicy, RetentionReport } from "@spoor/store";
import { errorMessage, type LossLedger } from "@spoor/trace";
import { RETENTION_INTERVAL_MS } from "../base/limits.ts";

/** What a retention timer needs. */
export interface RetentionTimerOptions {
  readonly policy: RetentionPolicy;
  readonly retain: (policy: RetentionPolicy) => Promise<RetentionReport>;
  /** Counts `span_expired` and `log_record_expired`. */
  readonly ledger: LossLedger;
  readonly onProblem: (message: string) => void;
  readonly intervalMs?: number;
}

/** Deletes what is old when it starts and then every hour, one run at a time. */
export class RetentionTimer {
  readonly #options: RetentionTimerOptions;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(options: RetentionTimerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#start(), options.intervalMs ?? RETENTION_INTERVAL_MS);
    this.#start();
  }

  /** Starts no further run, and waits for the one that runs. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { policy, retain, ledger, onProblem } = this.#options;
    try {
      const { deletedSpanCount, deletedLogRecordCount } = await retain(policy);
      ledger.count("span_expired", deletedSpanCount);
      ledger.count("log_record_expired", deletedLogRecordCount);
    } catch (error) {
      // The next run goes on where this one stopped.
      onProblem(`${errorMessage(error)}; it is tried again within the hour`);
    } finally {
      this.#running = undefined;
    }
  }
}
