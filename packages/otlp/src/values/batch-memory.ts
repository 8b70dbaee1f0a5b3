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
 * Whatever a template suggests is compared before it is believed. String ids are never taken back;
 * when rows are, the templates are forgotten.
 */
import {
  type AttributeColumns,
  AttributeType,
  type InstrumentationScope,
  type LossLedger,
  type Resource,
  toResourceDocument,
  toScopeDocument,
  viewOf,
} from "@spoor/trace";
import { KEY_MISS_COUNT_MAX } from "../protobuf/limits.ts";
import { SharedRows } from "./shared-rows.ts";
import type { SignalBatch } from "./signal-batch.ts";
import { internText, isText, repairedText } from "./text.ts";

const INITIAL_IDS = 1024;

const encoder = new TextEncoder();

const memories = new WeakMap<SignalBatch, BatchMemory>();

/** The memory of `batch`, which lives until the batch is cleared. */
export function memoryOf(batch: SignalBatch): BatchMemory {
  let memory = memories.get(batch);
  if (memory?.generation !== batch.generation) {
    memory = new BatchMemory(batch);
    memories.set(batch, memory);
  }
  return memory;
}

/** See the head of this file. Owned by the batch's one writer. */
export class BatchMemory {
  readonly batch: SignalBatch;
  readonly generation: number;
  readonly resources: SharedRows<Resource>;
  readonly scopes: SharedRows<InstrumentationScope>;
  /** By span name. */
  readonly spanTemplates: Templates = new Templates();
  /** By event name. */
  readonly eventTemplates: Templates = new Templates();
  /** By key: how often a text was already in the table, and how often it was not. */
  readonly #hitCounts = new IdColumn();
  readonly #missCounts = new IdColumn();
  readonly #keys = new KeySet();

  constructor(batch: SignalBatch) {
    this.batch = batch;
    this.generation = batch.generation;
    this.resources = new SharedRows(batch.resources, toResourceDocument);
    this.scopes = new SharedRows(batch.scopes, toScopeDocument);
  }

  /** An empty set of keys, used again at the next call. */
  startKeys(): KeySet {
    this.#keys.clear();
    return this.#keys;
  }

  /** Forgets rows that were taken back: others will stand in their place. */
  forgetRows(): void {
    this.spanTemplates.forget();
    this.eventTemplates.forget();
  }

  /**
   * Appends a text attribute, interned or not, whichever pays for this key. Plain numbers for the
   * same reason as {@link internText}.
   */
  pushText(
    rows: AttributeColumns,
    key: number,
    view: DataView,
    start: number,
    length: number,
    losses: LossLedger,
  ): void {
    const { strings } = this.batch;
    if (this.isInline(key)) {
      if (isText(view, start, length)) this.pushInline(rows, key, view, start, length);
      else {
        const bytes = new Uint8Array(view.buffer, view.byteOffset + start, length);
        const text = encoder.encode(repairedText(bytes, losses));
        this.pushInline(rows, key, viewOf(text), 0, text.length);
      }
      return;
    }
    const countBefore = strings.count;
    const id = internText(strings, view, start, length, losses);
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
    view: DataView,
    start: number,
    length: number,
  ): void {
    const offset = this.batch.heap.append(view, start, length);
    rows.push(key, AttributeType.stringInline, offset, length);
  }

  /** Appends an interned text; `countBefore` is the size of the table before it was interned. */
  pushInterned(rows: AttributeColumns, key: number, id: number, countBefore: number): void {
    if (this.batch.strings.count === countBefore) this.#hitCounts.add(key, 1);
    else this.#missCounts.add(key, 1);
    rows.push(key, AttributeType.string, id, 0);
  }
}

/**
 * For each name the attribute rows of its last owner, which have no key twice. Cost of forgetting
 * them all: nothing, because each is of a period that can be over.
 */
export class Templates {
  readonly #starts = new IdColumn();
  readonly #ends = new IdColumn();
  readonly #periods = new IdColumn();
  #period = 1;

  startOf(name: number): number {
    return this.#starts.at(name);
  }

  /** 0 when there is no template. */
  endOf(name: number): number {
    return this.#periods.at(name) === this.#period ? this.#ends.at(name) : 0;
  }

  set(name: number, start: number, end: number): void {
    this.#starts.set(name, start);
    this.#ends.set(name, end);
    this.#periods.set(name, this.#period);
  }

  forget(): void {
    this.#period += 1;
  }
}

/** A set of string ids that is emptied in no time. */
export class KeySet {
  readonly #stamps = new IdColumn();
  #stamp = 0;

  /** Adds a key; false when it is in the set already. */
  add(key: number): boolean {
    if (this.#stamps.at(key) === this.#stamp) return false;
    this.#stamps.set(key, this.#stamp);
    return true;
  }

  clear(): void {
    this.#stamp += 1;
  }
}

/** A number for each string id, 0 until it is set. */
class IdColumn {
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
    const values = new Uint32Array(Math.max(this.#values.length, id + 1) * 2);
    values.set(this.#values);
    this.#values = values;
  }
}
