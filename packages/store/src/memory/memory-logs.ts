import {
  invariant,
  type LogBatch,
  type LogRecord,
  logRecordsOf,
  logRecordTimeUnixNano,
  type LossLedger,
} from "@spoor/trace";

import type { LogRead } from "../port/trace-store.ts";

/** The newest log records, in the memory of this process. The first to arrive goes first. */
export class MemoryLogs {
  readonly #limit: number;
  readonly #ledger: LossLedger;
  /** In the order of arrival. */
  readonly #records = new Set<LogRecord>();
  /** Those with a trace, by its id, in the order of arrival. */
  readonly #byTrace = new Map<string, LogRecord[]>();

  constructor(limit: number, ledger: LossLedger) {
    invariant(limit >= 1, "a store keeps at least one log record", { limit });
    this.#limit = limit;
    this.#ledger = ledger;
  }

  /** Keeps the log records of a batch, and lets the oldest go when it is full. */
  write(batch: LogBatch): void {
    for (const record of logRecordsOf(batch)) {
      this.#records.add(record);
      if (record.traceId === "") continue;
      const ofTrace = this.#byTrace.get(record.traceId);
      if (ofTrace === undefined) this.#byTrace.set(record.traceId, [record]);
      else ofTrace.push(record);
    }
    this.#evict();
  }

  /** The log records of a trace, earliest first. */
  read(traceId: string, limit: number): LogRead {
    const records = this.#byTrace.get(traceId) ?? [];
    // The sort is stable: what happened in one moment stays in the order of arrival.
    const ordered = records.toSorted((a, b) => {
      const [timeA, timeB] = [logRecordTimeUnixNano(a), logRecordTimeUnixNano(b)];
      return timeA < timeB ? -1 : Number(timeA > timeB);
    });
    return {
      logRecords: ordered.slice(0, limit),
      hasMore: records.length > limit,
      scannedRows: records.length,
    };
  }

  /** Forgets everything. */
  clear(): void {
    this.#records.clear();
    this.#byTrace.clear();
  }

  #evict(): void {
    for (const record of this.#records) {
      if (this.#records.size <= this.#limit) return;
      this.#records.delete(record);
      this.#ledger.count("log_record_evicted");
      const ofTrace = this.#byTrace.get(record.traceId);
      // Both lists are in the order of arrival, so this record is the first of its trace.
      ofTrace?.shift();
      if (ofTrace?.length === 0) this.#byTrace.delete(record.traceId);
    }
  }
}
