/*
 * Log records as columns, built like SpanBatch and for the same reasons: see span-batch.ts.
 */
import { AttributeColumns, ValueHeap } from "../span/attribute-columns.ts";
import type { InstrumentationScope, Resource } from "../span/resource.ts";
import { grown, StringTable, wordsOf } from "../span/string-table.ts";

const INITIAL_LOG_RECORDS = 256;

/** A point to which {@link LogBatch.rollback} returns. */
export interface LogBatchMark {
  readonly logRecordCount: number;
  readonly attributeCount: number;
  readonly heapLength: number;
}

/**
 * Log records as columns. Text columns hold ids of `strings`; `resources` and `scopes` hold one
 * object per distinct one. Owned by one writer at a time; not safe for concurrent use.
 */
export class LogBatch {
  logRecordCount: number = 0;
  /** 16 bytes a log record; all zero for one without a trace. */
  traceIds: Uint8Array = new Uint8Array(INITIAL_LOG_RECORDS * 16);
  traceIdWords: Uint32Array = wordsOf(this.traceIds);
  /** 8 bytes a log record; all zero for one without a span. */
  spanIds: Uint8Array = new Uint8Array(INITIAL_LOG_RECORDS * 8);
  spanIdWords: Uint32Array = wordsOf(this.spanIds);
  timesUnixNano: BigUint64Array = new BigUint64Array(INITIAL_LOG_RECORDS);
  timeWords: Uint32Array = wordsOf(this.timesUnixNano);
  observedTimesUnixNano: BigUint64Array = new BigUint64Array(INITIAL_LOG_RECORDS);
  observedTimeWords: Uint32Array = wordsOf(this.observedTimesUnixNano);
  severityNumbers: Uint8Array = new Uint8Array(INITIAL_LOG_RECORDS);
  severityTexts: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);
  eventNames: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);
  flags: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);
  droppedAttributesCounts: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);
  /** Indices into `resources`. */
  resourceIndices: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);
  /** Indices into `scopes`. */
  scopeIndices: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);
  /** First attribute row after log record `i`. */
  attributesEnd: Uint32Array = new Uint32Array(INITIAL_LOG_RECORDS);

  readonly attributes: AttributeColumns = new AttributeColumns(INITIAL_LOG_RECORDS * 4);
  /** One row per log record, without a key: a body is a value like that of an attribute. */
  readonly bodies: AttributeColumns = new AttributeColumns(INITIAL_LOG_RECORDS);
  readonly strings: StringTable = new StringTable();
  readonly heap: ValueHeap = new ValueHeap();
  readonly resources: Resource[] = [];
  readonly scopes: InstrumentationScope[] = [];
  /** How often it was cleared: whoever remembers something about its rows forgets it then. */
  generation: number = 0;

  /**
   * The row of a new log record; its columns hold old values until they are set. Whoever reserves
   * it also appends its body to `bodies`.
   */
  reserveLogRecord(): number {
    if (this.logRecordCount === this.flags.length) this.#grow();
    this.logRecordCount += 1;
    return this.logRecordCount - 1;
  }

  /** Remembers the present end of every column. */
  mark(): LogBatchMark {
    return {
      logRecordCount: this.logRecordCount,
      attributeCount: this.attributes.count,
      heapLength: this.heap.length,
    };
  }

  /** Forgets rows after `mark`. Interned strings, resources and scopes stay: they are shared. */
  rollback(mark: LogBatchMark): void {
    this.logRecordCount = mark.logRecordCount;
    this.attributes.count = mark.attributeCount;
    this.bodies.count = mark.logRecordCount;
    this.heap.length = mark.heapLength;
  }

  /** Forgets everything; the memory is kept for what comes next, which saves making it again. */
  clear(): void {
    this.rollback({ logRecordCount: 0, attributeCount: 0, heapLength: 0 });
    this.strings.clear();
    this.resources.length = 0;
    this.scopes.length = 0;
    this.generation += 1;
  }

  #grow(): void {
    const size = this.flags.length * 2;
    this.traceIds = grown(this.traceIds, new Uint8Array(size * 16));
    this.traceIdWords = wordsOf(this.traceIds);
    this.spanIds = grown(this.spanIds, new Uint8Array(size * 8));
    this.spanIdWords = wordsOf(this.spanIds);
    this.timesUnixNano = grown(this.timesUnixNano, new BigUint64Array(size));
    this.timeWords = wordsOf(this.timesUnixNano);
    this.observedTimesUnixNano = grown(this.observedTimesUnixNano, new BigUint64Array(size));
    this.observedTimeWords = wordsOf(this.observedTimesUnixNano);
    this.severityNumbers = grown(this.severityNumbers, new Uint8Array(size));
    for (const column of WORD_COLUMNS) {
      this[column] = grown(this[column], new Uint32Array(size));
    }
  }
}

/** The columns of {@link LogBatch} with one 32-bit word a log record; they grow alike. */
const WORD_COLUMNS = [
  "severityTexts",
  "eventNames",
  "flags",
  "droppedAttributesCounts",
  "resourceIndices",
  "scopeIndices",
  "attributesEnd",
] as const;
