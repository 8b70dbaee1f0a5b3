/*
 * What the spans of a block are about, counted while the block is encoded: operations, attribute
 * keys and attribute values, for each hour.
 *
 * 1. Rows are grouped by hour, nearly always one.
 * 2. Operations and attribute keys are counted exactly: one map look-up for each span, one array
 *    element for each attribute.
 * 3. Values are counted in every n-th span of a large block and multiplied by n. Of each key and
 *    type at most `BLOCK_VALUES_PER_KEY_MAX` are kept; a key that has more is marked, and costs
 *    nothing from then on.
 */
import {
  type AttributeColumns,
  type Attributes,
  AttributeType,
  serviceName,
  type SpanBatch,
  StatusCode,
} from "@spoor/trace";

import {
  ATTRIBUTE_SCOPES,
  type AttributeTypeName,
  attributeTypeName,
} from "../base/attribute-scope.ts";
import {
  BLOCK_VALUES_PER_KEY_MAX,
  CATALOGUE_SAMPLE_SPANS,
  CATALOGUE_VALUE_BYTES_MAX,
} from "../base/limits.ts";
import { taggedText } from "../schema/tagged-text.ts";
import { hourOf } from "../schema/time-bucket.ts";

/** Spans of one operation in one hour. */
export interface OperationCount {
  /** The start of the hour, in seconds; 0 for starts that cannot be believed. */
  readonly hour: number;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly lastStartUnixNano: bigint;
}

/** Occurrences of one key and type. */
export interface KeyCount {
  readonly hour: number;
  /** Position in ATTRIBUTE_SCOPES. */
  readonly scope: number;
  readonly key: string;
  readonly type: AttributeTypeName;
  readonly count: number;
  /** Whether values were left out. */
  readonly isCapped: boolean;
}

/** Occurrences of one value, as tagged text. */
export interface ValueCount {
  readonly hour: number;
  readonly scope: number;
  readonly key: string;
  readonly value: string;
  readonly count: number;
}

/** What a block is about. */
export interface BlockCatalogue {
  readonly operations: readonly OperationCount[];
  readonly keys: readonly KeyCount[];
  readonly values: readonly ValueCount[];
}

/** Counts what the spans of `batch` are about; `buckets` are their time buckets. */
export function blockCatalogue(batch: SpanBatch, buckets: Uint32Array): BlockCatalogue {
  const counts = new Counts(batch);
  for (const [hour, rows] of rowsByHour(buckets)) counts.addHour(hour, rows);
  const { operations, keys, values } = counts;
  return { operations, keys, values };
}

function rowsByHour(buckets: Uint32Array): Map<number, Uint32Array> {
  const counts = new Map<number, number>();
  for (const bucket of buckets) counts.set(hourOf(bucket), (counts.get(hourOf(bucket)) ?? 0) + 1);
  const groups = new Map<number, Uint32Array>();
  for (const [hour, count] of counts) groups.set(hour, new Uint32Array(count));
  const lengths = new Map<number, number>();
  for (let row = 0; row < buckets.length; row += 1) {
    const hour = hourOf(buckets[row] ?? 0);
    const length = lengths.get(hour) ?? 0;
    const rows = groups.get(hour);
    if (rows !== undefined) rows[length] = row;
    lengths.set(hour, length + 1);
  }
  return groups;
}

/** Values of one key and type while a group of rows is counted. */
interface Values {
  readonly counts: Map<number | string, { readonly text: string; count: number }>;
  isCapped: boolean;
}

interface Operation {
  readonly row: number;
  spanCount: number;
  errorCount: number;
  lastRow: number;
}

const TYPE_COUNT = 8;

class Counts {
  readonly operations: OperationCount[] = [];
  readonly keys: KeyCount[] = [];
  readonly values: ValueCount[] = [];
  readonly #batch: SpanBatch;
  readonly #services: readonly string[];
  /** By key id times TYPE_COUNT plus type; zero but while a group is counted. */
  readonly #keyCounts: Uint32Array;
  /** By the id of a name: its number among the names, plus one. */
  readonly #nameNumbers: Uint32Array;
  readonly #bytes = new TextDecoder();

  constructor(batch: SpanBatch) {
    this.#batch = batch;
    this.#services = batch.resources.map((resource) => serviceName(resource));
    this.#keyCounts = new Uint32Array(batch.strings.count * TYPE_COUNT);
    this.#nameNumbers = new Uint32Array(batch.strings.count);
  }

  addHour(hour: number, rows: Uint32Array): void {
    const { events, links, eventsEnd, linksEnd, attributesEnd, attributes } = this.#batch;
    this.#addOperations(hour, rows);
    this.#addAttributes({ hour, scope: 0 }, attributes, { rows, ends: attributesEnd });
    const ofEvents = { rows: rowsWithin(rows, eventsEnd), ends: events.attributesEnd };
    this.#addAttributes({ hour, scope: 1 }, events.attributes, ofEvents);
    const ofLinks = { rows: rowsWithin(rows, linksEnd), ends: links.attributesEnd };
    this.#addAttributes({ hour, scope: 2 }, links.attributes, ofLinks);
    this.#addShared(hour, rows);
  }

  #addOperations(hour: number, rows: Uint32Array): void {
    const { resourceIndices, names, kinds, statusCodes, startTimesUnixNano } = this.#batch;
    const { strings } = this.#batch;
    const operations = new Map<number, Operation>();
    const serviceIds = this.#services.map((service) => this.#services.indexOf(service));
    const numbers = this.#nameNumbers;
    let nameCount = 0;
    for (const row of rows) {
      const name = names[row] ?? 0;
      if (numbers[name] === 0) numbers[name] = nameCount += 1;
    }
    // Words instead of 64-bit elements: reading one of those makes a BigInt.
    const times = new Uint32Array(startTimesUnixNano.buffer, startTimesUnixNano.byteOffset);
    for (const row of rows) {
      const service = serviceIds[resourceIndices[row] ?? 0] ?? 0;
      // Small numbers: a key beyond 2^31 would be an object.
      const id =
        (service * 8 + ((kinds[row] ?? 0) & 7)) * (nameCount + 1) + (numbers[names[row] ?? 0] ?? 0);
      let operation = operations.get(id);
      if (operation === undefined) {
        operation = { row, spanCount: 0, errorCount: 0, lastRow: row };
        operations.set(id, operation);
      }
      operation.spanCount += 1;
      if (statusCodes[row] === StatusCode.error) operation.errorCount += 1;
      if (isLater(times, row, operation.lastRow)) operation.lastRow = row;
    }
    for (const row of rows) numbers[names[row] ?? 0] = 0;
    for (const { row, spanCount, errorCount, lastRow } of operations.values()) {
      this.operations.push({
        hour,
        service: this.#services[resourceIndices[row] ?? 0] ?? "",
        name: strings.text(names[row] ?? 0),
        kind: kinds[row] ?? 0,
        spanCount,
        errorCount,
        lastStartUnixNano: startTimesUnixNano[lastRow] ?? 0n,
      });
    }
  }

  #addAttributes(place: Place, columns: AttributeColumns, owners: Owners): void {
    const counts = this.#keyCounts;
    const { keys, types } = columns;
    const { rows, ends } = owners;
    const seen: number[] = [];
    for (const owner of rows) {
      const end = ends[owner] ?? 0;
      for (let row = startOf(ends, owner); row < end; row += 1) {
        const at = (keys[row] ?? 0) * TYPE_COUNT + (types[row] ?? 0);
        const count = counts[at] ?? 0;
        if (count === 0) seen.push(at);
        counts[at] = count + 1;
      }
    }
    const values = this.#sampledValues(columns, owners);
    const step = sampleStep(rows.length);
    for (const at of seen) {
      const key = this.#batch.strings.text(Math.floor(at / TYPE_COUNT));
      const valuesOfKey = values.get(at);
      this.keys.push({
        ...place,
        key,
        type: typeName(at % TYPE_COUNT),
        count: counts[at] ?? 0,
        isCapped: valuesOfKey?.isCapped ?? false,
      });
      counts[at] = 0;
      for (const { text, count } of valuesOfKey?.counts.values() ?? []) {
        this.values.push({ ...place, key, value: text, count: count * step });
      }
    }
  }

  #sampledValues(columns: AttributeColumns, { rows, ends }: Owners): Map<number, Values> {
    const { keys, types } = columns;
    const found = new Map<number, Values>();
    const step = sampleStep(rows.length);
    for (let index = 0; index < rows.length; index += step) {
      const owner = rows[index] ?? 0;
      const end = ends[owner] ?? 0;
      for (let row = startOf(ends, owner); row < end; row += 1) {
        const at = (keys[row] ?? 0) * TYPE_COUNT + (types[row] ?? 0);
        let values = found.get(at);
        if (values === undefined) {
          values = { counts: new Map(), isCapped: false };
          found.set(at, values);
        }
        this.#addValue(values, columns, row);
      }
    }
    return found;
  }

  #addValue(values: Values, { types, low, high }: AttributeColumns, row: number): void {
    const type = types[row] ?? 0;
    const [a, b] = [low[row] ?? 0, high[row] ?? 0];
    if (type === AttributeType.stringInline) {
      // Seldom repeated, so that looking at each would cost and find nothing.
      if (values.isCapped) return;
      if (b > CATALOGUE_VALUE_BYTES_MAX) values.isCapped = true;
      else {
        const text = this.#heapText(a, b);
        addValue(values, text, () => text);
      }
      return;
    }
    const text = (): string | undefined => this.#valueText(type, a, b);
    if (type === AttributeType.string || type === AttributeType.bool) {
      return addValue(values, a, text);
    }
    if (type === AttributeType.int || type === AttributeType.double) {
      return addValue(values, b === 0 ? a : `${a} ${b}`, text);
    }
    // Bytes, lists, maps and empty values are not listed.
    values.isCapped = true;
  }

  #valueText(type: number, low: number, high: number): string | undefined {
    const { strings } = this.#batch;
    if (type === AttributeType.string) {
      const isLong = (strings.lengths[low] ?? 0) > CATALOGUE_VALUE_BYTES_MAX;
      return isLong ? undefined : taggedText(strings.text(low));
    }
    if (type === AttributeType.bool) return taggedText(low !== 0);
    words.setInt32(0, low, true);
    words.setInt32(4, high, true);
    const isInt = type === AttributeType.int;
    return taggedText(isInt ? words.getBigInt64(0, true) : words.getFloat64(0, true));
  }

  #heapText(offset: number, length: number): string {
    const { bytes } = this.#batch.heap;
    return taggedText(this.#bytes.decode(bytes.subarray(offset, offset + length)));
  }

  /** Resources and scopes: once each, for all spans under them. */
  #addShared(hour: number, rows: Uint32Array): void {
    const { resources, scopes, resourceIndices, scopeIndices } = this.#batch;
    const shared = [
      { scope: ATTRIBUTE_SCOPES.indexOf("resource"), items: resources, indices: resourceIndices },
      { scope: ATTRIBUTE_SCOPES.indexOf("scope"), items: scopes, indices: scopeIndices },
    ];
    for (const { scope, items, indices } of shared) {
      const spanCounts = new Uint32Array(items.length);
      for (const row of rows) {
        const index = indices[row] ?? 0;
        spanCounts[index] = (spanCounts[index] ?? 0) + 1;
      }
      this.#addItems({ hour, scope }, items, spanCounts);
    }
  }

  #addItems(
    place: Place,
    items: readonly { readonly attributes: Attributes }[],
    spanCounts: Uint32Array,
  ): void {
    const keys = new Map<string, KeyCount>();
    const values = new Map<string, ValueCount>();
    for (const [index, { attributes }] of items.entries()) {
      const spanCount = spanCounts[index] ?? 0;
      if (spanCount === 0) continue;
      for (const [key, value] of attributes) {
        const type = attributeTypeName(value);
        const text = type === "other" ? undefined : taggedText(value);
        const isListed = text !== undefined && text.length <= CATALOGUE_VALUE_BYTES_MAX;
        const known = keys.get(`${type} ${key}`);
        const count = (known?.count ?? 0) + spanCount;
        const isCapped = (known?.isCapped ?? false) || !isListed;
        keys.set(`${type} ${key}`, { ...place, key, type, count, isCapped });
        if (!isListed) continue;
        const id = `${key}\0${text}`;
        const countOfValue = (values.get(id)?.count ?? 0) + spanCount;
        values.set(id, { ...place, key, value: text, count: countOfValue });
      }
    }
    this.keys.push(...keys.values());
    this.values.push(...values.values());
  }
}

interface Place {
  readonly hour: number;
  readonly scope: number;
}

/** Spans, events or links, and where the attribute rows of each end. */
interface Owners {
  readonly rows: Uint32Array;
  readonly ends: Uint32Array;
}

function startOf(ends: Uint32Array, owner: number): number {
  return owner === 0 ? 0 : (ends[owner - 1] ?? 0);
}

/** The events or links of the given spans. */
function rowsWithin(spans: Uint32Array, ends: Uint32Array): Uint32Array {
  const rows: number[] = [];
  for (const span of spans) {
    const end = ends[span] ?? 0;
    for (let row = startOf(ends, span); row < end; row += 1) rows.push(row);
  }
  return Uint32Array.from(rows);
}

/** Each how many spans one is looked at for its values. */
function sampleStep(count: number): number {
  return Math.max(1, Math.floor(count / CATALOGUE_SAMPLE_SPANS));
}

function addValue(values: Values, id: number | string, text: () => string | undefined): void {
  const known = values.counts.get(id);
  if (known !== undefined) {
    known.count += 1;
    return;
  }
  const made = values.counts.size < BLOCK_VALUES_PER_KEY_MAX ? text() : undefined;
  if (made === undefined) values.isCapped = true;
  else values.counts.set(id, { text: made, count: 1 });
}

function isLater(words: Uint32Array, row: number, than: number): boolean {
  const [high, thanHigh] = [words[row * 2 + 1] ?? 0, words[than * 2 + 1] ?? 0];
  return high === thanHigh ? (words[row * 2] ?? 0) > (words[than * 2] ?? 0) : high > thanHigh;
}

const words = new DataView(new ArrayBuffer(8));

function typeName(type: number): AttributeTypeName {
  switch (type) {
    case AttributeType.string:
    case AttributeType.stringInline:
      return "string";
    case AttributeType.int:
      return "int";
    case AttributeType.double:
      return "double";
    case AttributeType.bool:
      return "bool";
    default:
      return "other";
  }
}
