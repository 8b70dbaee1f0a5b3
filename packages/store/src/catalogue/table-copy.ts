/*
 * What one table of the catalogue holds, kept in memory by the process that writes it.
 *
 * 1. A question is about hours. They are put together from spans of time: whole days where it has
 *    them, else hours, and the whole range at once where those would be very many.
 * 2. Spans of time that are not here are read from the table while nothing is being written, so
 *    that the table holds exactly what the writer says is stored.
 * 3. What the writer stores from then on is added here too. What it has counted and not stored yet
 *    it tells with every question.
 *
 * So a question about what was asked before needs no statement, and no insert before it. Where
 * others write to the table too, a copy is read again after a moment.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Clock } from "@spoor/trace";

import { COPY_AGE_MS_MAX, COPY_CHUNKS_MAX, COPY_ROWS_MAX } from "../base/limits.ts";
import { runQuery } from "../read/run-query.ts";
import type { BucketRange } from "../schema/time-bucket.ts";

/** A row of the catalogue: what it counts, and in which hour. */
export interface CatalogueRow {
  readonly hour: number;
}

/** What makes a table of the catalogue. */
export interface CopiedTable<Row extends CatalogueRow, Column extends readonly unknown[]> {
  readonly name: string;
  /** What a row counts, in SQL, which is also what it is grouped by. */
  readonly subject: string;
  /** The sums. */
  readonly sums: string;
  readonly rowOf: (hour: number, columns: Column) => Row;
  /** Tells rows apart whatever their hour is. */
  readonly idOf: (row: Row) => string;
  /** Two rows with one id. */
  readonly sum: (a: Row, b: Row) => Row;
  /** The part of the table that a row belongs to, if it is copied in parts. */
  readonly partOf?: (row: Row) => string;
}

/** A part of a table, where it is copied in parts. */
export interface CopiedPart {
  /** As the table names it. */
  readonly id: string;
  readonly condition: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The writer of the table. */
export interface CopySource<Row> {
  readonly clock: Clock;
  /** Whether nobody else writes. */
  readonly isOnlyWriter: boolean;
  readonly reader: () => ClickHouseClient;
  /** Stores what is counted, then does `work` before anything else is stored. */
  readonly whileStored: <T>(work: () => Promise<T>) => Promise<T>;
  /** What is counted and not stored. */
  readonly unstored: () => Iterable<Row>;
}

interface Chunk<Row> extends BucketRange {
  readonly part: string;
  readonly rows: Map<string, Row>;
  readonly loadedMs: number;
}

const WHOLE: CopiedPart = { id: "", condition: "1", parameters: {} };

/** A copy of one table. */
export class TableCopy<Row extends CatalogueRow, Column extends readonly unknown[]> {
  readonly #table: CopiedTable<Row, Column>;
  readonly #source: CopySource<Row>;
  /** The least recently used first. */
  readonly #chunks = new Map<string, Chunk<Row>>();
  #rowCount = 0;
  #generation = 0;

  constructor(table: CopiedTable<Row, Column>, source: CopySource<Row>) {
    this.#table = table;
    this.#source = source;
  }

  /** The rows of some hours, of each id one or more. */
  async rows(hours: BucketRange, part: CopiedPart = WHOLE): Promise<Row[]> {
    const wanted = chunksOf(hours);
    const found =
      this.#present(wanted, part) ??
      (await this.#source.whileStored(() => this.#load(wanted, part)));
    const rows = found.flatMap((chunk) => Array.from(chunk.rows.values()));
    for (const row of this.#source.unstored()) {
      const isInside = row.hour >= hours.first && row.hour <= hours.last;
      if (isInside && this.#partOf(row) === part.id) rows.push(row);
    }
    return rows;
  }

  /** Adds what was just stored. */
  stored(rows: Iterable<Row>): void {
    if (this.#chunks.size === 0) return;
    const all = [...this.#chunks.values()];
    const chunksAt = new Map<string, Chunk<Row>[]>();
    for (const row of rows) {
      const part = this.#partOf(row);
      const place = `${row.hour} ${part}`;
      let chunks = chunksAt.get(place);
      if (chunks === undefined) {
        chunks = all.filter(
          ({ first, last, part: own }) => own === part && row.hour >= first && row.hour <= last,
        );
        chunksAt.set(place, chunks);
      }
      for (const chunk of chunks) this.#rowCount += addRow(this.#table, chunk.rows, row);
    }
    this.#makeRoom();
  }

  /** Forgets everything: rows may have been deleted. */
  forget(): void {
    this.#chunks.clear();
    this.#rowCount = 0;
    this.#generation += 1;
  }

  #partOf(row: Row): string {
    return this.#table.partOf?.(row) ?? WHOLE.id;
  }

  /** Undefined when one of them is not here. */
  #present(wanted: readonly BucketRange[], part: CopiedPart): Chunk<Row>[] | undefined {
    const found = wanted.flatMap((range) => this.#chunk(range, part) ?? []);
    if (found.length < wanted.length) return undefined;
    for (const chunk of found) {
      // To the end of the order in which they go.
      this.#chunks.delete(chunkId(chunk));
      this.#chunks.set(chunkId(chunk), chunk);
    }
    return found;
  }

  #chunk(range: BucketRange, { id }: CopiedPart): Chunk<Row> | undefined {
    const chunk = this.#chunks.get(chunkId({ ...range, part: id }));
    if (chunk === undefined || this.#source.isOnlyWriter) return chunk;
    const ageMs = this.#source.clock.monotonicMs() - chunk.loadedMs;
    return ageMs > COPY_AGE_MS_MAX ? undefined : chunk;
  }

  /** All that is wanted, of which what is missing is read. */
  async #load(wanted: readonly BucketRange[], part: CopiedPart): Promise<Chunk<Row>[]> {
    const present: Chunk<Row>[] = [];
    const missing: BucketRange[] = [];
    for (const range of wanted) {
      const chunk = this.#chunk(range, part);
      if (chunk === undefined) missing.push(range);
      else present.push(chunk);
    }
    if (missing.length === 0) return present;
    const generation = this.#generation;
    const loaded = await this.#read(missing, part);
    if (generation === this.#generation) this.#keep(loaded);
    return [...present, ...loaded];
  }

  #keep(loaded: readonly Chunk<Row>[]): void {
    for (const chunk of loaded) {
      this.#drop(chunkId(chunk));
      this.#chunks.set(chunkId(chunk), chunk);
      this.#rowCount += chunk.rows.size;
    }
    this.#makeRoom();
  }

  async #read(ranges: readonly BucketRange[], part: CopiedPart): Promise<Chunk<Row>[]> {
    const { name, subject, sums, rowOf } = this.#table;
    const loadedMs = this.#source.clock.monotonicMs();
    const chunks = ranges.map(({ first, last }) => {
      return { first, last, part: part.id, rows: new Map<string, Row>(), loadedMs };
    });
    const { rows } = await runQuery<[chunk: number, columns: Column]>(
      this.#source.reader(),
      "read the catalogue",
      `SELECT arrayCount(first -> first <= toUnixTimestamp(tb), {firsts:Array(UInt32)}) AS chunk,
        tuple(${subject}, ${sums})
      FROM ${name}
      WHERE tb >= {first:UInt32} AND tb <= {last:UInt32}
        AND toUnixTimestamp(tb) <= arrayElement({lasts:Array(UInt32)}, chunk)
        AND ${part.condition}
      GROUP BY chunk, ${subject}`,
      {
        ...part.parameters,
        firsts: ranges.map(({ first }) => first),
        lasts: ranges.map(({ last }) => last),
        first: ranges[0]?.first ?? 0,
        last: ranges.at(-1)?.last ?? 0,
      },
    );
    for (const [number, columns] of rows) {
      const chunk = chunks[number - 1];
      if (chunk !== undefined) addRow(this.#table, chunk.rows, rowOf(chunk.first, columns));
    }
    return chunks;
  }

  #makeRoom(): void {
    for (const id of this.#chunks.keys()) {
      if (this.#rowCount <= COPY_ROWS_MAX && this.#chunks.size <= COPY_CHUNKS_MAX * 4) return;
      this.#drop(id);
    }
  }

  #drop(id: string): void {
    this.#rowCount -= this.#chunks.get(id)?.rows.size ?? 0;
    this.#chunks.delete(id);
  }
}

/** Returns how many rows there are more. */
function addRow<Row extends CatalogueRow, Column extends readonly unknown[]>(
  { idOf, sum }: CopiedTable<Row, Column>,
  rows: Map<string, Row>,
  row: Row,
): number {
  const id = idOf(row);
  const known = rows.get(id);
  rows.set(id, known === undefined ? row : sum(known, row));
  return known === undefined ? 1 : 0;
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** The spans of time that make up the hours from `first` to `last`. */
function chunksOf({ first, last }: BucketRange): BucketRange[] {
  if (last < first) return [];
  if ((last - first) / DAY_SECONDS > COPY_CHUNKS_MAX / 2) return [{ first, last }];
  const chunks: BucketRange[] = [];
  for (let at = first; at <= last;) {
    const isDay = at % DAY_SECONDS === 0 && at + DAY_SECONDS - HOUR_SECONDS <= last;
    const end = at + (isDay ? DAY_SECONDS : HOUR_SECONDS);
    chunks.push({ first: at, last: end - HOUR_SECONDS });
    at = end;
  }
  return chunks;
}

function chunkId({ first, last, part }: BucketRange & { readonly part: string }): string {
  return `${first} ${last} ${part}`;
}
