/*
 * Traces as the evaluator sees them, read from the table: of each span its place in the tree, which
 * filters it meets, and the fields that the rest of the query looks at.
 */
import {
  type Field,
  fieldName,
  type FieldExpression,
  type SpanSource,
  type TraceFacts,
  TraceView,
  type Value,
  valueOfAttribute,
} from "@spoor/traceql";
import type { ClickHouseSettings } from "@clickhouse/client";
import { errorCode, keys, SpoorError, type TraceSummary } from "@spoor/trace";

import { SEARCH_ROWS_AT_ONCE_MAX } from "../base/limits.ts";
import { judgedInterval } from "../port/search.ts";
import type { DimensionReader } from "../read/dimension-reader.ts";
import { type BoolPair, type DoublePair, typedAttributes } from "../read/typed-attributes.ts";
import type { TextPair } from "../read/dimension-reader.ts";
import {
  BASE_COLUMNS,
  type BaseRow,
  type Dimensions,
  fieldColumn,
  fieldValue,
} from "./field-columns.ts";
import type { SearchPlan } from "./search-plan.ts";
import type { BoundSql } from "./bound-sql.ts";
import { between, START, startedIn } from "./search-plan.ts";
import type { SearchQueries } from "./search-queries.ts";

/** What reading needs. */
export interface TraceReaderOptions {
  readonly plan: SearchPlan;
  readonly queries: SearchQueries;
  readonly dimensions: DimensionReader;
  /** Whether all attributes are read too: what `compare` looks at. */
  readonly withAttributes?: boolean;
}

/** Traces, and whether some have more spans than were read. */
export interface TracesRead {
  readonly views: ReadonlyMap<string, TraceView>;
  readonly isCut: boolean;
}

/** Spans that were read before it was known of which traces. */
export interface FoundSpans {
  readonly traceIds: readonly string[];
  /** No span is missing that started at this time or later. */
  readonly from: bigint;
  /** Their traces, as far as they are among `summaries`. */
  views(summaries: readonly TraceSummary[]): ReadonlyMap<string, TraceView>;
}

type Row = [...BaseRow, flags: number[], ...unknown[]];

interface RowsRead {
  readonly rows: Row[];
  readonly decode: (row: Row) => SpanSource;
}

interface RowsOptions {
  readonly order?: string;
  readonly settings?: ClickHouseSettings;
}

/** Reads traces. */
export class TraceReader {
  readonly #options: TraceReaderOptions;

  constructor(options: TraceReaderOptions) {
    this.#options = options;
  }

  /**
   * The given traces, or what filters find of them if that is enough. A trace of which there is
   * nothing to see is missing.
   */
  async read(summaries: readonly TraceSummary[]): Promise<TracesRead> {
    const traceIds = summaries.map(({ traceId }) => traceId);
    const limit = SEARCH_ROWS_AT_ONCE_MAX + 1;
    const { rows, decode } = await this.#rows(
      (sql) => inTraces(sql, traceIds, this.#judged),
      limit,
    );
    const isCut = rows.length > SEARCH_ROWS_AT_ONCE_MAX;
    if (isCut && summaries.length > 1) {
      const half = Math.ceil(summaries.length / 2);
      const first = await this.read(summaries.slice(0, half));
      const second = await this.read(summaries.slice(half));
      const views = new Map([...first.views, ...second.views]);
      return { views, isCut: first.isCut || second.isCut };
    }
    const views = viewsOf({ rows: rows.slice(0, SEARCH_ROWS_AT_ONCE_MAX), decode }, summaries);
    return { views, isCut };
  }

  /**
   * The spans that some filter finds, from `from` on: all of them, or the newest `limit`. Of a
   * trace that began before only a part. Not for a query that needs whole traces. `settings` are
   * those of ClickHouse.
   */
  async findNewest(
    from: bigint,
    limit: number,
    settings: ClickHouseSettings = {},
  ): Promise<FoundSpans> {
    const judged = this.#judged;
    const interval = { from: judged.from > from ? judged.from : from, last: judged.last };
    const read = await this.#rows((sql) => startedIn(sql, interval), limit + 1, {
      order: `ORDER BY ${START} DESC`,
      settings,
    });
    const isCut = read.rows.length > limit;
    const last = isCut ? read.rows.at(-1) : undefined;
    return foundSpans(read, last === undefined ? from : BigInt(last[3]) + 1n);
  }

  /**
   * Every span that some filter finds; undefined when there are more than `limit`, or when
   * ClickHouse had to read more than `rowsMax` rows. Not for a query that needs whole traces.
   */
  async findAll({
    limit,
    rowsMax,
  }: {
    readonly limit: number;
    readonly rowsMax?: number;
  }): Promise<FoundSpans | undefined> {
    const interval = this.#judged;
    try {
      const read = await this.#rows((sql) => startedIn(sql, interval), limit + 1, {
        ...(rowsMax !== undefined && { settings: { max_rows_to_read: String(rowsMax) } }),
      });
      return read.rows.length > limit ? undefined : foundSpans(read, 0n);
    } catch (error) {
      if (rowsMax !== undefined && isTooManyRows(error)) return undefined;
      throw error;
    }
  }

  get #judged(): { from: bigint; last: bigint } {
    return judgedInterval(this.#options.plan.options);
  }

  async #rows(
    where: (sql: BoundSql) => string,
    limit: number,
    { order = "", settings }: RowsOptions = {},
  ): Promise<RowsRead> {
    const { plan, queries, dimensions, withAttributes = false } = this.#options;
    const { sql, filters, someFilter } = await plan.write();
    const columns: string[] = [];
    const columnOf = new Map<string, number>();
    for (const field of plan.needs.fields) {
      const column = fieldColumn(sql, field);
      if (column === undefined) continue;
      columnOf.set(fieldName(field), FIELDS_AT + columns.length);
      columns.push(column);
    }
    const attributesAt = FIELDS_AT + columns.length;
    if (withAttributes) columns.push("attrs_s, attrs_i, attrs_d, attrs_b, kind, status");
    const { wholeTraces } = plan.needs;
    const onlyFound = wholeTraces ? "" : `AND ${someFilter}`;
    // What every row that is found meets is not said twice: ClickHouse would analyse it twice,
    // which takes it milliseconds.
    const flags = Array.from(filters.values(), ({ sql: filter }) =>
      !wholeTraces && filter === someFilter ? "toUInt8(1)" : `toUInt8(${filter})`,
    );
    const selected = [`${BASE_COLUMNS},\n  [${flags.join(", ")}]`, ...columns].join(",\n  ");
    const rows = await queries.run<Row>(
      `SELECT ${selected}
      FROM spans
      WHERE ${where(sql)} ${onlyFound}
      ${order}
      LIMIT ${limit}`,
      sql.parameters,
      settings,
    );
    queries.scannedRows += await dimensions.load(queries.client, {
      resources: this.#needsDimensions() ? rows.map((row) => row[5]) : [],
      scopes: this.#needsDimensions() ? rows.map((row) => row[6]) : [],
    });
    const known = new Map(
      Array.from(filters, ([filter, { isExact }], index) => [
        filter.expression,
        isExact ? index : undefined,
      ]),
    );
    return { rows, decode: (row) => this.#decode(row, { known, columnOf, attributesAt }) };
  }

  #needsDimensions(): boolean {
    const { plan, withAttributes } = this.#options;
    return (
      withAttributes === true ||
      plan.needs.fields.some(
        (field) =>
          (field.node === "attribute" && /^(?:any|resource|instrumentation)$/u.test(field.scope)) ||
          (field.node === "intrinsic" && field.id.startsWith("instrumentation:")),
      )
    );
  }

  #decode(
    row: Row,
    parts: {
      readonly known: ReadonlyMap<FieldExpression, number | undefined>;
      readonly columnOf: ReadonlyMap<string, number>;
      readonly attributesAt: number;
    },
  ): SpanSource {
    const { known, columnOf, attributesAt } = parts;
    const { dimensions: reader } = this.#options;
    // The first columns of every row, in their order.
    const base = row.slice(0, FLAGS_AT) as BaseRow;
    const flags = row[FLAGS_AT];
    const dimensions = (): Dimensions => ({
      resource: reader.resource(base[5]),
      scope: reader.scope(base[6]),
    });
    return {
      spanId: base[1],
      parentSpanId: base[2],
      startTimeUnixNano: BigInt(base[3]),
      durationNano: BigInt(base[4]),
      read: (field: Field): Value =>
        fieldValue(field, row[columnOf.get(fieldName(field)) ?? -1], base, dimensions),
      known: (expression) => {
        const index = known.get(expression);
        return index === undefined ? undefined : flags[index] === 1;
      },
      attributes: () => attributesOf(base, row.slice(attributesAt), dimensions()),
    };
  }
}

const FLAGS_AT = 9;
const FIELDS_AT = 10;

/** That a span is one of some traces and takes part. */
function inTraces(
  sql: BoundSql,
  traceIds: readonly string[],
  judged: { from: bigint; last: bigint },
): string {
  const ids = `(SELECT toFixedString(unhex(arrayJoin(${sql.bind(traceIds, "Array(String)")})), 16))`;
  return `trace_id IN ${ids}
        AND tb IN (SELECT tb FROM trace_summaries WHERE trace_id IN ${ids})
        AND ${between(sql, START, judged)}`;
}

function foundSpans(read: RowsRead, from: bigint): FoundSpans {
  const traceIds = [...new Set(read.rows.map(([traceId]) => traceId))];
  return { traceIds, from, views: (summaries) => viewsOf(read, summaries) };
}

/** TOO_MANY_ROWS */
function isTooManyRows(error: unknown): boolean {
  return error instanceof SpoorError && errorCode(error.cause) === "158";
}

function viewsOf(
  { rows, decode }: RowsRead,
  summaries: readonly TraceSummary[],
): Map<string, TraceView> {
  const byTrace = Map.groupBy(rows, ([traceId]) => traceId);
  const views = new Map<string, TraceView>();
  for (const summary of summaries) {
    const own = byTrace.get(summary.traceId);
    if (own === undefined) continue;
    views.set(summary.traceId, new TraceView(factsOf(summary), own.map(decode)));
  }
  return views;
}

function factsOf(summary: TraceSummary): TraceFacts {
  const { traceId, durationNano, hasRoot, rootName, rootService } = summary;
  return {
    traceId,
    durationNano,
    rootName: hasRoot ? rootName : undefined,
    rootService: hasRoot ? rootService : undefined,
  };
}

function* attributesOf(
  base: BaseRow,
  columns: readonly unknown[],
  { resource }: Dimensions,
): Generator<readonly [string, Value]> {
  // The columns that were added for this.
  const [texts, ints, doubles, bools, kind, status] = columns as [
    TextPair[],
    TextPair[],
    DoublePair[],
    BoolPair[],
    number,
    number,
  ];
  yield ["name", base[7]];
  yield ["kind", { type: "kind", code: kind }];
  yield ["status", { type: "status", code: status }];
  yield [`resource.${keys.serviceName}`, base[8]];
  for (const [key, value] of typedAttributes(texts, ints, doubles, bools)) {
    yield [`span.${key}`, valueOfAttribute(value)];
  }
  for (const [key, value] of resource.attributes) {
    if (key !== keys.serviceName) yield [`resource.${key}`, valueOfAttribute(value)];
  }
}
