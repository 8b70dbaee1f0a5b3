/*
 * What of a span decides where it stands and how its bar looks; nothing of what it says. A trace of
 * a million spans is drawn from this, and the attributes of the few rows in view are read after.
 *
 * Columns of typed arrays, because a million objects cost a gigabyte and seconds.
 */

/** Facts about a span, as bits of one number. */
export const OutlineFlag = {
  /** The status is an error. */
  error: 1,
  hasEvents: 2,
  hasLinks: 4,
  /** The span has not ended; its duration is the time until the answer was written. */
  open: 8,
  /** The sender left out attributes, events or links, or a value was cut. */
  cut: 16,
  /** The start or the end is missing. */
  timeMissing: 32,
  /** The end lies before the start; the duration is 0. */
  endBeforeStart: 64,
} as const;

/** Where the span kind (0 to 5) stands in the flags: three bits from here. */
export const OUTLINE_KIND_SHIFT = 7;

/** One span, as {@link SpanOutlines.append} takes it. */
export interface SpanOutline {
  /** The eight bytes of the id as two words, the first four bytes in `spanIdHigh`. */
  readonly spanIdHigh: number;
  readonly spanIdLow: number;
  /** Both 0 for a root. */
  readonly parentIdHigh: number;
  readonly parentIdLow: number;
  /** 0 when unknown. */
  readonly startTimeUnixNano: bigint;
  /** 0 when unknown. */
  readonly endTimeUnixNano: bigint;
  readonly service: string;
  readonly name: string;
  /** Bits of {@link OutlineFlag}, and the kind. */
  readonly flags: number;
}

/** The spans of one trace, in any order. */
export class SpanOutlines {
  /** Number of spans. */
  count = 0;
  spanIdHigh: Uint32Array;
  spanIdLow: Uint32Array;
  parentIdHigh: Uint32Array;
  parentIdLow: Uint32Array;
  startTimeUnixNano: BigUint64Array;
  endTimeUnixNano: BigUint64Array;
  service: Uint32Array;
  name: Uint32Array;
  flags: Uint16Array;
  readonly services: TextTable = new TextTable();
  readonly names: TextTable = new TextTable();

  /** @param capacity spans that fit before the columns grow */
  constructor(capacity: number = 1024) {
    const size = Math.max(1, capacity);
    this.spanIdHigh = new Uint32Array(size);
    this.spanIdLow = new Uint32Array(size);
    this.parentIdHigh = new Uint32Array(size);
    this.parentIdLow = new Uint32Array(size);
    this.startTimeUnixNano = new BigUint64Array(size);
    this.endTimeUnixNano = new BigUint64Array(size);
    this.service = new Uint32Array(size);
    this.name = new Uint32Array(size);
    this.flags = new Uint16Array(size);
  }

  /**
   * Makes room for `count` more spans and counts them; the caller fills their columns in.
   *
   * @returns the number of the first one
   */
  addRows(count: number): number {
    const first = this.count;
    if (first + count > this.flags.length) {
      this.#grow(Math.max(first + count, this.flags.length * 2));
    }
    this.count = first + count;
    return first;
  }

  /** Adds one span. Cost: two look-ups of text. */
  append(span: SpanOutline): void {
    const row = this.addRows(1);
    this.spanIdHigh[row] = span.spanIdHigh;
    this.spanIdLow[row] = span.spanIdLow;
    this.parentIdHigh[row] = span.parentIdHigh;
    this.parentIdLow[row] = span.parentIdLow;
    this.startTimeUnixNano[row] = span.startTimeUnixNano;
    this.endTimeUnixNano[row] = span.endTimeUnixNano;
    this.service[row] = this.services.indexOf(span.service);
    this.name[row] = this.names.indexOf(span.name);
    this.flags[row] = span.flags;
  }

  #grow(size: number): void {
    this.spanIdHigh = grown(this.spanIdHigh, new Uint32Array(size));
    this.spanIdLow = grown(this.spanIdLow, new Uint32Array(size));
    this.parentIdHigh = grown(this.parentIdHigh, new Uint32Array(size));
    this.parentIdLow = grown(this.parentIdLow, new Uint32Array(size));
    const [start, end] = [this.startTimeUnixNano, this.endTimeUnixNano];
    this.startTimeUnixNano = new BigUint64Array(size);
    this.startTimeUnixNano.set(start);
    this.endTimeUnixNano = new BigUint64Array(size);
    this.endTimeUnixNano.set(end);
    this.service = grown(this.service, new Uint32Array(size));
    this.name = grown(this.name, new Uint32Array(size));
    const flags = this.flags;
    this.flags = new Uint16Array(size);
    this.flags.set(flags);
  }
}

function grown(old: Uint32Array, larger: Uint32Array): Uint32Array {
  larger.set(old);
  return larger;
}

/** Texts by number, each once, in the order of their first use. */
export class TextTable {
  readonly texts: string[] = [];
  readonly #indexOf = new Map<string, number>();

  /** The number of `text`, a new one when it was not seen before. */
  indexOf(text: string): number {
    const known = this.#indexOf.get(text);
    if (known !== undefined) return known;
    const index = this.texts.length;
    this.texts.push(text);
    this.#indexOf.set(text, index);
    return index;
  }
}
