/*
 * What the decoders remember about a batch from one request to the next.
 *
 * 1. Resources and scopes, each decoded once.
 * 2. For each span or event name, where the attributes of the last one with that name start: its
 *    template. The next one mostly has the same keys in the same order and often the same values,
 *    and comparing bytes with the template is cheaper than hashing them.
 * 3. For each key, how often its text was new: keys whose texts hardly repeat (user ids, URLs) stop
 *    being interned, or the string table would hold one entry per span.
 *
 * A template may point at rows that were rolled back. That is harmless: string ids are never taken
 * back, and whatever a template suggests is compared before it is believed.
 */
import {
  type AttributeColumns,
  AttributeType,
  type InstrumentationScope,
  type LossLedger,
  type Resource,
  toResourceDocument,
  toScopeDocument,
} from "@spoor/trace";
import { KEY_MISS_COUNT_MAX } from "../protobuf/limits.ts";
import { SharedRows } from "./shared-rows.ts";
import type { SignalBatch } from "./signal-batch.ts";
import { internText, isText, repairedText } from "./text.ts";

const INITIAL_IDS = 1024;

const encoder = new TextEncoder();

const memories = new WeakMap<SignalBatch, BatchMemory>();

/** The memory of `batch`, which lives as long as the batch. */
export function memoryOf(batch: SignalBatch): BatchMemory {
  let memory = memories.get(batch);
  if (memory === undefined) {
    memory = new BatchMemory(batch);
    memories.set(batch, memory);
  }
  return memory;
}

/** See the head of this file. Owned by the batch's one writer. */
export class BatchMemory {
  readonly batch: SignalBatch;
  readonly resources: SharedRows<Resource>;
  readonly scopes: SharedRows<InstrumentationScope>;
  /** By span name. */
  readonly spanTemplates: IdColumn = new IdColumn();
  /** By event name. */
  readonly eventTemplates: IdColumn = new IdColumn();
  /** By key: how often a text was already in the table, and how often it was not. */
  readonly #hitCounts = new IdColumn();
  readonly #missCounts = new IdColumn();

  constructor(batch: SignalBatch) {
    this.batch = batch;
    this.resources = new SharedRows(batch.resources, toResourceDocument);
    this.scopes = new SharedRows(batch.scopes, toScopeDocument);
  }

  /**
   * Appends a text attribute, interned or not, whichever pays for this key. Plain numbers for the
   * same reason as {@link internText}.
   */
  pushText(
    rows: AttributeColumns,
    key: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    losses: LossLedger,
  ): void {
    const { strings } = this.batch;
    if (this.isInline(key)) {
      if (isText(bytes, start, length)) this.pushInline(rows, key, bytes, start, length);
      else {
        const text = encoder.encode(repairedText({ bytes, start, length }, losses));
        this.pushInline(rows, key, text, 0, text.length);
      }
      return;
    }
    const countBefore = strings.count;
    const id = internText(strings, bytes, start, length, losses);
    this.pushInterned(rows, key, id, countBefore);
  }

  /** Whether texts of this key go to the heap rather than to the string table. */
  isInline(key: number): boolean {
    const missCount = this.#missCounts.at(key);
    return missCount > KEY_MISS_COUNT_MAX && missCount > this.#hitCounts.at(key);
  }

  /** Appends text, which must be UTF-8, without interning it. */
  pushInline(
    rows: AttributeColumns,
    key: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    const offset = this.batch.heap.append(bytes, start, length);
    rows.push(key, AttributeType.stringInline, offset, length);
  }

  /** Appends an interned text; `countBefore` is the size of the table before it was interned. */
  pushInterned(rows: AttributeColumns, key: number, id: number, countBefore: number): void {
    if (this.batch.strings.count === countBefore) this.#hitCounts.add(key, 1);
    else this.#missCounts.add(key, 1);
    rows.push(key, AttributeType.string, id, 0);
  }
}

/** A number for each string id, 0 until it is set. */
export class IdColumn {
  #values = new Uint32Array(INITIAL_IDS);

  at(id: number): number {
    return id < this.#values.length ? (this.#values[id] ?? 0) : 0;
  }

  set(id: number, value: number): void {
    if (id >= this.#values.length) this.#grow(id);
    this.#values[id] = value;
  }

  add(id: number, value: number): void {
    this.set(id, this.at(id) + value);
  }

  #grow(id: number): void {
    const values = new Uint32Array(Math.max(this.#values.length * 2, id + 1));
    values.set(this.#values);
    this.#values = values;
  }
}
