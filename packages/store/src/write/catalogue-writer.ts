/*
 * Writes what the blocks are about into the catalogue.
 *
 * 1. The counts of a block are added to those that are pending, once for each token.
 * 2. An operation or an attribute key that was not seen in its hour is written before the block is,
 *    so that no span is stored which the catalogue does not lead to.
 * 3. Everything else waits until `CATALOGUE_FLUSH_MS` are over. Who reads the tables asks for what
 *    waits beside it, or for a moment in which nothing does.
 *
 * A batch of rows keeps its token until it is stored, so that a broken connection counts nothing
 * twice. A process that is killed loses the counts that are pending, and counts the blocks again
 * whose segments it had not deleted: after a crash counts are off by the last seconds, while what
 * there is to find is complete.
 */
import { randomUUID } from "node:crypto";

import type { ClickHouseClient } from "@clickhouse/client";

import {
  CATALOGUE_FLUSH_MS,
  CATALOGUE_KNOWN_MAX,
  CATALOGUE_TOKENS_MAX,
  HOUR_VALUES_PER_KEY_MAX,
} from "../base/limits.ts";
import { type Connection, storeError } from "../engine/connection.ts";
import { tableName } from "../schema/table-ddl.ts";
import type { BlockCatalogue, KeyCount, OperationCount, ValueCount } from "./block-catalogue.ts";

/** Rows of one table by what makes them distinct. */
type Rows<Row> = Map<string, Row>;

/** Rows of the catalogue. */
export interface CatalogueRows {
  readonly operations: Iterable<OperationCount>;
  readonly keys: Iterable<KeyCount>;
  readonly values: Iterable<ValueCount>;
}

interface Pending {
  readonly token: string;
  readonly operations: Rows<OperationCount>;
  readonly keys: Rows<KeyCount>;
  readonly values: Rows<ValueCount>;
}

/** Counts and writes. One for each store. */
export class CatalogueWriter {
  readonly #current: () => Connection;
  readonly #known = new Set<string>();
  /** Listed values by hour, scope and key. */
  readonly #valueCounts = new Map<string, number>();
  readonly #tokens = new Set<string>();
  /** Batches that are being written, the oldest first. */
  readonly #unsent: Pending[] = [];
  #pending = newPending();
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #onStored: (rows: CatalogueRows) => void = () => undefined;

  constructor(current: () => Connection) {
    this.#current = current;
  }

  /** Counts a block; resolves when everything that it leads to is stored. */
  async add(catalogue: BlockCatalogue, token: string): Promise<void> {
    if (!this.#tokens.has(token)) {
      if (this.#tokens.size >= CATALOGUE_TOKENS_MAX) {
        for (const oldest of this.#tokens) {
          this.#tokens.delete(oldest);
          break;
        }
      }
      this.#tokens.add(token);
      this.#count(catalogue);
    }
    const isKnown =
      catalogue.operations.every((row) => this.#known.has(operationId(row))) &&
      catalogue.keys.every((row) => this.#known.has(keyId(row)));
    if (!isKnown) return this.flush();
    this.#timer ??= setTimeout(() => {
      // What could not be written stays pending; the next write of a span tells what is wrong.
      this.flush().catch(() => undefined);
    }, CATALOGUE_FLUSH_MS).unref();
  }

  /** Writes all that is pending. @throws what the client throws; the rows stay pending then. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Also after a run that failed: its rows are still to be written.
    this.#flushing = this.#flushing.catch(() => undefined).then(() => this.#flush());
    return this.#flushing;
  }

  /** Whom to tell what was stored, in the moment in which {@link unstored} no longer tells it. */
  set onStored(listener: (rows: CatalogueRows) => void) {
    this.#onStored = listener;
  }

  /** What is counted and not stored: row by row, some of them about the same. */
  unstored(): CatalogueRows[] {
    return [...this.#unsent, this.#pending].map(rowsOf);
  }

  /**
   * Stores all that is pending, then does `work` before anything else is stored.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable), SPOOR_STORE_REFUSED, and what `work` does
   */
  async whileStored<T>(work: () => Promise<T>): Promise<T> {
    const flushed = this.#flushing.catch(() => undefined).then(() => this.#flush());
    const working = flushed.then(work);
    // What goes wrong in the work is nothing to those who only flush.
    this.#flushing = working.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await working;
    } catch (error) {
      throw storeError("read the catalogue", error);
    }
  }

  /** Writes everything again that comes from now on: rows may have been deleted. */
  forget(): void {
    this.#known.clear();
    this.#valueCounts.clear();
  }

  #count({ operations, keys, values }: BlockCatalogue): void {
    const pending = this.#pending;
    for (const row of operations) addOperation(pending.operations, row);
    for (const row of keys) addKey(pending.keys, row);
    for (const row of values) {
      const id = valueId(row);
      const place = `${row.hour} ${row.scope} ${row.key}`;
      if (!this.#known.has(id)) {
        const listed = this.#valueCounts.get(place) ?? 0;
        if (listed >= HOUR_VALUES_PER_KEY_MAX) {
          addKey(pending.keys, { ...row, type: "string", count: 0, isCapped: true });
          continue;
        }
        this.#valueCounts.set(place, listed + 1);
        this.#know(id);
      }
      const known = pending.values.get(id);
      pending.values.set(id, known === undefined ? row : sumOfValues(known, row));
    }
  }

  async #flush(): Promise<void> {
    const pending = this.#pending;
    if (pending.operations.size + pending.keys.size + pending.values.size > 0) {
      this.#unsent.push(pending);
      this.#pending = newPending();
    }
    for (let batch = this.#unsent[0]; batch !== undefined; batch = this.#unsent[0]) {
      await this.#send(batch);
      this.#unsent.shift();
      this.#onStored(rowsOf(batch));
      for (const id of [...batch.operations.keys(), ...batch.keys.keys()]) this.#know(id);
    }
  }

  async #send({ token, operations, keys, values }: Pending): Promise<void> {
    const connection = this.#current();
    const { writer } = connection;
    const insert = (table: string, rows: readonly unknown[]): Promise<void> =>
      insertRows(writer, { table: tableName(connection, table), rows, token });
    await Promise.all([
      insert("operations", Array.from(operations.values(), operationRow)),
      insert("attribute_keys", Array.from(keys.values(), keyRow)),
      insert("attribute_values", Array.from(values.values(), valueRow)),
    ]);
  }

  #know(id: string): void {
    if (this.#known.size >= CATALOGUE_KNOWN_MAX) this.forget();
    this.#known.add(id);
  }
}

async function insertRows(
  client: ClickHouseClient,
  insert: {
    readonly table: string;
    readonly rows: readonly unknown[];
    readonly token: string;
  },
): Promise<void> {
  const { table, rows, token } = insert;
  if (rows.length === 0) return;
  await client.insert({
    table,
    values: rows,
    format: "JSONEachRow",
    clickhouse_settings: {
      async_insert: 0,
      insert_deduplication_token: token,
      max_partitions_per_insert_block: "0",
    },
  });
}

function rowsOf({ operations, keys, values }: Pending): CatalogueRows {
  return { operations: operations.values(), keys: keys.values(), values: values.values() };
}

function newPending(): Pending {
  return { token: randomUUID(), operations: new Map(), keys: new Map(), values: new Map() };
}

function operationId({ hour, service, name, kind }: OperationCount): string {
  return `o ${hour} ${kind} ${service}\0${name}`;
}

function keyId({ hour, scope, key, type }: KeyCount): string {
  return `k ${hour} ${scope} ${type} ${key}`;
}

function valueId({ hour, scope, key, value }: ValueCount): string {
  return `v ${hour} ${scope} ${key}\0${value}`;
}

/** Counts of one operation together. */
export function sumOfOperations(a: OperationCount, b: OperationCount): OperationCount {
  return {
    ...(a.lastStartUnixNano > b.lastStartUnixNano ? a : b),
    spanCount: a.spanCount + b.spanCount,
    errorCount: a.errorCount + b.errorCount,
  };
}

/** Counts of one key and type together. */
export function sumOfKeys(a: KeyCount, b: KeyCount): KeyCount {
  return { ...a, count: a.count + b.count, isCapped: a.isCapped || b.isCapped };
}

/** Counts of one value together. */
export function sumOfValues(a: ValueCount, b: ValueCount): ValueCount {
  return { ...a, count: a.count + b.count };
}

function addOperation(rows: Rows<OperationCount>, row: OperationCount): void {
  const id = operationId(row);
  const known = rows.get(id);
  rows.set(id, known === undefined ? row : sumOfOperations(known, row));
}

function addKey(rows: Rows<KeyCount>, row: KeyCount): void {
  const id = keyId(row);
  const known = rows.get(id);
  rows.set(id, known === undefined ? row : sumOfKeys(known, row));
}

function operationRow(row: OperationCount): unknown {
  return {
    tb: row.hour,
    service: row.service,
    name: row.name,
    kind: row.kind,
    span_count: row.spanCount,
    error_count: row.errorCount,
    last_start: row.lastStartUnixNano.toString(),
  };
}

function keyRow({ hour, scope, key, type, count, isCapped }: KeyCount): unknown {
  return { tb: hour, scope, key, type, count, capped: isCapped ? 1 : 0 };
}

function valueRow({ hour, scope, key, value, count }: ValueCount): unknown {
  return { tb: hour, scope, key, value, count };
}
