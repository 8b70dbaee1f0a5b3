/*
 * Spans as columns: the form in which they travel from the decoder to the store.
 *
 * One object per span would cost some 3 kB of garbage each; columns cost about 370 bytes and are
 * copied into the store's own columns without looking at a single value. Words of ids and times
 * are little-endian, as OTLP's fixed64 and ClickHouse's Native format both are, so that a column
 * can be handed on as bytes. All machines Spoor runs on are little-endian.
 *
 * The columns of ids and times exist a second time as words of four bytes, which share their
 * memory: a decoder copies words, where a bigint would be made for each time.
 *
 * Rows are appended only through `reserveSpan` and its siblings: fill the columns at the returned
 * row, then the next reservation makes it final. `mark` and `rollback` undo everything after a
 * point, so that a request which turns out to be malformed leaves no trace.
 */
import { AttributeColumns, ValueHeap } from "./attribute-columns.ts";
import type { InstrumentationScope, Resource } from "./resource.ts";
import { grown, StringTable, wordsOf } from "./string-table.ts";

const INITIAL_SPANS = 512;
const INITIAL_EVENTS = 128;
const INITIAL_LINKS = 32;

/** A point to which {@link SpanBatch.rollback} returns. */
export interface BatchMark {
  readonly spanCount: number;
  readonly eventCount: number;
  readonly linkCount: number;
  readonly attributeCount: number;
  readonly eventAttributeCount: number;
  readonly linkAttributeCount: number;
  readonly heapLength: number;
}

/** The mark of an empty batch. */
const NOTHING: BatchMark = {
  spanCount: 0,
  eventCount: 0,
  linkCount: 0,
  attributeCount: 0,
  eventAttributeCount: 0,
  linkAttributeCount: 0,
  heapLength: 0,
};

/** Columns of span events. `attributesEnd[i]` is the first attribute row after event `i`. */
export class EventColumns {
  count: number = 0;
  timesUnixNano: BigUint64Array = new BigUint64Array(INITIAL_EVENTS);
  timeWords: Uint32Array = wordsOf(this.timesUnixNano);
  names: Uint32Array = new Uint32Array(INITIAL_EVENTS);
  droppedAttributesCounts: Uint32Array = new Uint32Array(INITIAL_EVENTS);
  attributesEnd: Uint32Array = new Uint32Array(INITIAL_EVENTS);
  readonly attributes: AttributeColumns = new AttributeColumns(256);

  /** The row of a new event; its columns hold old values until they are set. */
  reserve(): number {
    if (this.count === this.names.length) this.#grow();
    this.count += 1;
    return this.count - 1;
  }

  #grow(): void {
    const size = this.names.length * 2;
    this.timesUnixNano = grown(this.timesUnixNano, new BigUint64Array(size));
    this.timeWords = wordsOf(this.timesUnixNano);
    this.names = grown(this.names, new Uint32Array(size));
    this.droppedAttributesCounts = grown(this.droppedAttributesCounts, new Uint32Array(size));
    this.attributesEnd = grown(this.attributesEnd, new Uint32Array(size));
  }
}

/** Columns of span links. `attributesEnd[i]` is the first attribute row after link `i`. */
export class LinkColumns {
  count: number = 0;
  /** 16 bytes a link. */
  traceIds: Uint8Array = new Uint8Array(INITIAL_LINKS * 16);
  traceIdWords: Uint32Array = wordsOf(this.traceIds);
  /** 8 bytes a link. */
  spanIds: Uint8Array = new Uint8Array(INITIAL_LINKS * 8);
  spanIdWords: Uint32Array = wordsOf(this.spanIds);
  traceStates: Uint32Array = new Uint32Array(INITIAL_LINKS);
  flags: Uint32Array = new Uint32Array(INITIAL_LINKS);
  droppedAttributesCounts: Uint32Array = new Uint32Array(INITIAL_LINKS);
  attributesEnd: Uint32Array = new Uint32Array(INITIAL_LINKS);
  readonly attributes: AttributeColumns = new AttributeColumns(64);

  /** The row of a new link; its columns hold old values until they are set. */
  reserve(): number {
    if (this.count === this.flags.length) this.#grow();
    this.count += 1;
    return this.count - 1;
  }

  #grow(): void {
    const size = this.flags.length * 2;
    this.traceIds = grown(this.traceIds, new Uint8Array(size * 16));
    this.traceIdWords = wordsOf(this.traceIds);
    this.spanIds = grown(this.spanIds, new Uint8Array(size * 8));
    this.spanIdWords = wordsOf(this.spanIds);
    this.traceStates = grown(this.traceStates, new Uint32Array(size));
    this.flags = grown(this.flags, new Uint32Array(size));
    this.droppedAttributesCounts = grown(this.droppedAttributesCounts, new Uint32Array(size));
    this.attributesEnd = grown(this.attributesEnd, new Uint32Array(size));
  }
}

/**
 * Spans as columns. Text columns hold ids of `strings`; `resources` and `scopes` hold one object
 * per distinct one. Owned by one writer at a time; not safe for concurrent use.
 */
export class SpanBatch {
  spanCount: number = 0;
  /** 16 bytes a span, in the order of the wire. */
  traceIds: Uint8Array = new Uint8Array(INITIAL_SPANS * 16);
  traceIdWords: Uint32Array = wordsOf(this.traceIds);
  /** 8 bytes a span. */
  spanIds: Uint8Array = new Uint8Array(INITIAL_SPANS * 8);
  spanIdWords: Uint32Array = wordsOf(this.spanIds);
  /** 8 bytes a span; all zero for a root span. */
  parentSpanIds: Uint8Array = new Uint8Array(INITIAL_SPANS * 8);
  parentSpanIdWords: Uint32Array = wordsOf(this.parentSpanIds);
  startTimesUnixNano: BigUint64Array = new BigUint64Array(INITIAL_SPANS);
  startTimeWords: Uint32Array = wordsOf(this.startTimesUnixNano);
  endTimesUnixNano: BigUint64Array = new BigUint64Array(INITIAL_SPANS);
  endTimeWords: Uint32Array = wordsOf(this.endTimesUnixNano);
  names: Uint32Array = new Uint32Array(INITIAL_SPANS);
  traceStates: Uint32Array = new Uint32Array(INITIAL_SPANS);
  flags: Uint32Array = new Uint32Array(INITIAL_SPANS);
  kinds: Uint8Array = new Uint8Array(INITIAL_SPANS);
  statusCodes: Uint8Array = new Uint8Array(INITIAL_SPANS);
  statusMessages: Uint32Array = new Uint32Array(INITIAL_SPANS);
  droppedAttributesCounts: Uint32Array = new Uint32Array(INITIAL_SPANS);
  droppedEventsCounts: Uint32Array = new Uint32Array(INITIAL_SPANS);
  droppedLinksCounts: Uint32Array = new Uint32Array(INITIAL_SPANS);
  /** Indices into `resources`. */
  resourceIndices: Uint32Array = new Uint32Array(INITIAL_SPANS);
  /** Indices into `scopes`. */
  scopeIndices: Uint32Array = new Uint32Array(INITIAL_SPANS);
  /** First attribute row after span `i`. */
  attributesEnd: Uint32Array = new Uint32Array(INITIAL_SPANS);
  /** First event row after span `i`. */
  eventsEnd: Uint32Array = new Uint32Array(INITIAL_SPANS);
  /** First link row after span `i`. */
  linksEnd: Uint32Array = new Uint32Array(INITIAL_SPANS);

  readonly attributes: AttributeColumns = new AttributeColumns(INITIAL_SPANS * 8);
  readonly events: EventColumns = new EventColumns();
  readonly links: LinkColumns = new LinkColumns();
  readonly strings: StringTable = new StringTable();
  readonly heap: ValueHeap = new ValueHeap();
  readonly resources: Resource[] = [];
  readonly scopes: InstrumentationScope[] = [];
  /** How often it was cleared: whoever remembers something about its rows forgets it then. */
  generation: number = 0;

  /** The row of a new span; its columns hold old values until they are set. */
  reserveSpan(): number {
    if (this.spanCount === this.names.length) this.#grow();
    this.spanCount += 1;
    return this.spanCount - 1;
  }

  /** Remembers the present end of every column. */
  mark(): BatchMark {
    return {
      spanCount: this.spanCount,
      eventCount: this.events.count,
      linkCount: this.links.count,
      attributeCount: this.attributes.count,
      eventAttributeCount: this.events.attributes.count,
      linkAttributeCount: this.links.attributes.count,
      heapLength: this.heap.length,
    };
  }

  /** Forgets rows after `mark`. Interned strings, resources and scopes stay: they are shared. */
  rollback(mark: BatchMark): void {
    this.spanCount = mark.spanCount;
    this.events.count = mark.eventCount;
    this.links.count = mark.linkCount;
    this.attributes.count = mark.attributeCount;
    this.events.attributes.count = mark.eventAttributeCount;
    this.links.attributes.count = mark.linkAttributeCount;
    this.heap.length = mark.heapLength;
  }

  /** Forgets everything; the memory is kept for what comes next, which saves making it again. */
  clear(): void {
    this.rollback(NOTHING);
    this.strings.clear();
    this.resources.length = 0;
    this.scopes.length = 0;
    this.generation += 1;
  }

  #grow(): void {
    const size = this.names.length * 2;
    this.traceIds = grown(this.traceIds, new Uint8Array(size * 16));
    this.traceIdWords = wordsOf(this.traceIds);
    this.spanIds = grown(this.spanIds, new Uint8Array(size * 8));
    this.spanIdWords = wordsOf(this.spanIds);
    this.parentSpanIds = grown(this.parentSpanIds, new Uint8Array(size * 8));
    this.parentSpanIdWords = wordsOf(this.parentSpanIds);
    this.startTimesUnixNano = grown(this.startTimesUnixNano, new BigUint64Array(size));
    this.startTimeWords = wordsOf(this.startTimesUnixNano);
    this.endTimesUnixNano = grown(this.endTimesUnixNano, new BigUint64Array(size));
    this.endTimeWords = wordsOf(this.endTimesUnixNano);
    this.kinds = grown(this.kinds, new Uint8Array(size));
    this.statusCodes = grown(this.statusCodes, new Uint8Array(size));
    for (const column of WORD_COLUMNS) {
      this[column] = grown(this[column], new Uint32Array(size));
    }
  }
}

/** The columns of {@link SpanBatch} with one 32-bit word a span; they grow alike. */
const WORD_COLUMNS = [
  "names",
  "traceStates",
  "flags",
  "statusMessages",
  "droppedAttributesCounts",
  "droppedEventsCounts",
  "droppedLinksCounts",
  "resourceIndices",
  "scopeIndices",
  "attributesEnd",
  "eventsEnd",
  "linksEnd",
] as const;
