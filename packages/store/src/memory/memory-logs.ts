import {
  invariant,
  type LogBatch,
  type LogRecord,
  logRecordsOf,
  logRecordTimeUnixNano,
  type LossLedger,
  serviceName,
} from "@spoor/trace";

import { LOGS_PER_QUERY_MAX } from "../base/limits.ts";
import {
  bodyText,
  type LogList,
  logPageToken,
  logPlaceOf,
  type LogQuery,
  placeBehind,
} from "../port/log-search.ts";
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
    return {
      logRecords: inTimeOrder(records).slice(0, limit),
      hasMore: records.length > limit,
      scannedRows: records.length,
    };
  }

  /** Those that fit, newest first. Looks at all there are. */
  find(query: LogQuery): LogList {
    const { limit } = query;
    invariant(limit >= 1 && limit <= LOGS_PER_QUERY_MAX, "a limit is 1 to 1000", { limit });
    const begun = logPlaceOf(query);
    const fitting = Array.from(this.#records).filter((record) => fits(record, query));
    const ordered = inTimeOrder(fitting).toReversed();
    const from = ordered.findIndex(
      (record) => begun === undefined || logRecordTimeUnixNano(record) <= begun.timeUnixNano,
    );
    const behind = from < 0 ? [] : ordered.slice(from + (begun?.skip ?? 0));
    const logRecords = behind.slice(0, limit);
    const isCut = behind.length > limit;
    const next = placeBehind(logRecords.map(logRecordTimeUnixNano), begun);
    return {
      logRecords,
      nextPageToken: isCut && next !== undefined ? logPageToken(next) : undefined,
      complete: !isCut,
      capped: isCut ? { unit: "log records", limit } : null,
      sampledRate: 1,
      scannedRows: this.#records.size,
      tookMs: 0,
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

/** Earliest first. The sort is stable: what is of one moment stays in the order of arrival. */
function inTimeOrder(records: readonly LogRecord[]): LogRecord[] {
  return records.toSorted((a, b) => {
    const [timeA, timeB] = [logRecordTimeUnixNano(a), logRecordTimeUnixNano(b)];
    return timeA < timeB ? -1 : Number(timeA > timeB);
  });
}

function fits(record: LogRecord, query: LogQuery): boolean {
  const { fromUnixNano, toUnixNano, service, severityNumberMin = 0, contains = "" } = query;
  const time = logRecordTimeUnixNano(record);
  if (time < fromUnixNano || time >= toUnixNano) return false;
  if (service !== undefined && serviceName(record.resource) !== service) return false;
  if (record.severityNumber < severityNumberMin) return false;
  if (query.hasTrace !== undefined && query.hasTrace !== (record.traceId !== "")) return false;
  const wanted = contains.toLowerCase();
  return [record.eventName, bodyText(record.body)].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}
