/** The catalogue, as the process that writes it knows it. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Clock } from "@spoor/trace";

import { ATTRIBUTE_SCOPES, type AttributeTypeName } from "../base/attribute-scope.ts";
import type {
  AttributeKeyQuery,
  AttributeValueQuery,
  CatalogueQuery,
  SpanNameQuery,
} from "../port/catalogue.ts";
import { type BucketRange, hourRange } from "../schema/time-bucket.ts";
import type { KeyCount, OperationCount, ValueCount } from "../write/block-catalogue.ts";
import {
  type CatalogueRows,
  type CatalogueWriter,
  sumOfKeys,
  sumOfOperations,
  sumOfValues,
} from "../write/catalogue-writer.ts";
import { type CopiedTable, type CopySource, TableCopy } from "./table-copy.ts";

type OperationColumns = [
  service: string,
  name: string,
  kind: number,
  spans: string,
  errors: string,
  last: string,
];

const OPERATIONS: CopiedTable<OperationCount, OperationColumns> = {
  name: "operations",
  subject: "service, name, kind",
  sums: "sum(span_count), sum(error_count), max(last_start)",
  rowOf: (hour, [service, name, kind, spans, errors, last]) => ({
    hour,
    service,
    name,
    kind,
    spanCount: Number(spans),
    errorCount: Number(errors),
    lastStartUnixNano: BigInt(last),
  }),
  idOf: ({ service, name, kind }) => `${kind} ${service}\0${name}`,
  sum: sumOfOperations,
};

type KeyColumns = [
  scope: number,
  key: string,
  type: AttributeTypeName,
  count: string,
  capped: number,
];

const KEYS: CopiedTable<KeyCount, KeyColumns> = {
  name: "attribute_keys",
  subject: "scope, key, type",
  sums: "sum(count), max(capped)",
  rowOf: (hour, [scope, key, type, count, capped]) => {
    return { hour, scope, key, type, count: Number(count), isCapped: capped === 1 };
  },
  idOf: ({ scope, key, type }) => `${scope} ${type} ${key}`,
  sum: sumOfKeys,
};

type ValueColumns = [scope: number, key: string, value: string, count: string];

/** In parts, of one key each: all values together are many, and nobody asks for all of them. */
const VALUES: CopiedTable<ValueCount, ValueColumns> = {
  name: "attribute_values",
  subject: "scope, key, value",
  sums: "sum(count)",
  rowOf: (hour, [scope, key, value, count]) => {
    return { hour, scope, key, value, count: Number(count) };
  },
  idOf: ({ value }) => value,
  sum: sumOfValues,
  partOf: ({ scope, key }) => `${scope} ${key}`,
};

/** What a copy needs. */
export interface CatalogueCopyOptions {
  readonly writer: CatalogueWriter;
  readonly reader: () => ClickHouseClient;
  readonly clock: Clock;
  /** Whether no other process writes to the tables. */
  readonly isOnlyWriter: boolean;
}

/** Rows of the catalogue for a question, from memory or read once. */
export class CatalogueCopy {
  readonly #operations: TableCopy<OperationCount, OperationColumns>;
  readonly #keys: TableCopy<KeyCount, KeyColumns>;
  readonly #values: TableCopy<ValueCount, ValueColumns>;

  constructor({ writer, ...options }: CatalogueCopyOptions) {
    const sourceOf = <Row>(pick: (rows: CatalogueRows) => Iterable<Row>): CopySource<Row> => ({
      ...options,
      whileStored: (work) => writer.whileStored(work),
      unstored: () => writer.unstored().flatMap((rows) => Array.from(pick(rows))),
    });
    this.#operations = new TableCopy(
      OPERATIONS,
      sourceOf(({ operations }) => operations),
    );
    this.#keys = new TableCopy(
      KEYS,
      sourceOf(({ keys }) => keys),
    );
    this.#values = new TableCopy(
      VALUES,
      sourceOf(({ values }) => values),
    );
    writer.onStored = ({ operations, keys, values }) => {
      this.#operations.stored(operations);
      this.#keys.stored(keys);
      this.#values.stored(values);
    };
  }

  /** Operations of the hours that the query touches. */
  operations(query: SpanNameQuery): Promise<OperationCount[]> {
    return this.#operations.rows(hoursOf(query));
  }

  /** Attribute keys of the hours that the query touches. */
  keys(query: AttributeKeyQuery): Promise<KeyCount[]> {
    return this.#keys.rows(hoursOf(query));
  }

  /** Values of one key in the hours that the query touches. */
  values({ scope, key, ...range }: AttributeValueQuery): Promise<ValueCount[]> {
    const number = ATTRIBUTE_SCOPES.indexOf(scope);
    return this.#values.rows(hoursOf(range), {
      id: `${number} ${key}`,
      condition: "scope = {scope:UInt8} AND key = {key:String}",
      parameters: { scope: number, key },
    });
  }

  /** Forgets everything: rows may have been deleted. */
  forget(): void {
    this.#operations.forget();
    this.#keys.forget();
    this.#values.forget();
  }
}

function hoursOf({ fromUnixNano, toUnixNano }: Omit<CatalogueQuery, "limit">): BucketRange {
  return hourRange(fromUnixNano, toUnixNano - 1n);
}
