/*
 * The schema's tables, views and changes, described once and rendered for wherever they lie.
 *
 * On one server a table is what it is called. On a cluster each shard has its rows in a table
 * `x_local`, and `x` is the Distributed table over all of them: reads and inserts say `x`
 * everywhere and never learn which it is. Views feed from one local table into another, so that
 * what is derived from a trace lies on the same shard as the trace.
 *
 * Adding a table is one TableDescription and one entry in migrations.ts.
 */

/** How the copies of a shard are kept: by Keeper, or there is one copy only and no Keeper. */
export type Replication = "keeper" | "none";

/** Where the schema lies. */
export interface SchemaPlace {
  readonly database: string;
  /** Inserts whose tokens are remembered, of all servers together. */
  readonly rememberedInserts: number;
  /** Whether it is the engine of this package, whose version is known. */
  readonly isEmbedded?: boolean;
  /** Undefined on one server. */
  readonly cluster?: { readonly name: string; readonly replication: Replication };
}

/** A table, wherever it lies. */
export interface TableDescription {
  readonly name: string;
  /** Columns and indexes, as SQL: what stands between the parentheses. */
  readonly elements: string;
  readonly engine: "MergeTree" | "ReplacingMergeTree" | "AggregatingMergeTree";
  /** Of a ReplacingMergeTree: the column whose greatest value stays. */
  readonly version?: string;
  readonly partitionBy?: string;
  readonly orderBy: string;
  /** An integer that decides the shard of a row. What is read together has to have the same. */
  readonly shardBy: string;
  /** Settings beyond those that every table has. */
  readonly settings?: readonly string[];
}

/** A materialized view: each row inserted into `from` adds to `to`. */
export interface ViewDescription {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** The query over the table that it is given. */
  readonly query: (source: string) => string;
}

/**
 * Rows of a new table from what is stored already, once. Only on one server: on a cluster each
 * shard would have to be told by itself.
 */
export interface FillDescription {
  readonly to: string;
  readonly columns: readonly string[];
  readonly from: string;
  /** The query over the table that it is given. */
  readonly query: (source: string) => string;
  /** Tells repetitions; no other change has it. */
  readonly token: string;
}

/** One change of the schema. Each may be made twice. */
export type SchemaChange =
  | { readonly create: TableDescription }
  | { readonly createView: ViewDescription }
  | { readonly fill: FillDescription }
  | {
      readonly alter: string;
      /** What follows ALTER TABLE, such as "ADD COLUMN IF NOT EXISTS …". */
      readonly action: string;
      /** `rows` is for what only a table with rows has: TTL, indexes, settings. */
      readonly concerns: "columns" | "rows";
      /** Only where the version of ClickHouse is known: the embedded one. */
      readonly onlyEmbedded?: boolean;
    };

/** The statements that make `change` at `place`, in order. */
export function changeStatements(change: SchemaChange, place: SchemaPlace): string[] {
  if ("create" in change) return createTable(change.create, place);
  if ("createView" in change) return [createView(change.createView, place)];
  if ("fill" in change) return fillTable(change.fill, place);
  const { alter, action, concerns, onlyEmbedded = false } = change;
  if (onlyEmbedded && place.isEmbedded !== true) return [];
  const names = [rowsName(place, alter)];
  if (place.cluster !== undefined && concerns === "columns") names.push(alter);
  return names.map((name) => alterTable(place, name, `\n${action}`));
}

/** The statement that does `action` to a table, on all nodes where Keeper tells them. */
export function alterTable(place: SchemaPlace, name: string, action: string): string {
  return `ALTER TABLE ${tableName(place, name)}${onCluster(place)}${action}`;
}

/** The name of the table in which the rows of a node lie; elsewhere its name is enough. */
export function rowsName({ cluster }: Pick<SchemaPlace, "cluster">, name: string): string {
  return cluster === undefined ? name : local(name);
}

/** What follows a statement that all nodes are to run, where Keeper tells them; else nothing. */
export function onCluster({ cluster }: Pick<SchemaPlace, "cluster">): string {
  return cluster?.replication === "keeper" ? ` ON CLUSTER ${quoted(cluster.name)}` : "";
}

/** A text in SQL, quoted. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll(/[\\']/gu, "\\$&")}'`;
}

/** The statement that makes the database. */
export function createDatabase(place: SchemaPlace): string {
  return `CREATE DATABASE IF NOT EXISTS ${quoted(place.database)}${onCluster(place)}`;
}

/** A table with its database, quoted. */
export function tableName({ database }: Pick<SchemaPlace, "database">, name: string): string {
  return `${quoted(database)}.${quoted(name)}`;
}

function createTable(table: TableDescription, place: SchemaPlace): string[] {
  const { cluster, database } = place;
  if (cluster === undefined) return [createMergeTree(table.name, table, place)];
  const rows = local(table.name);
  const target = [cluster.name, database, rows].map(textLiteral).join(", ");
  return [
    createMergeTree(rows, table, place),
    `CREATE TABLE IF NOT EXISTS ${tableName(place, table.name)}${onCluster(place)}\n` +
      `AS ${tableName(place, rows)}\n` +
      `ENGINE = Distributed(${target}, ${table.shardBy})`,
  ];
}

function createMergeTree(name: string, table: TableDescription, place: SchemaPlace): string {
  const { elements, partitionBy, orderBy, settings = [] } = table;
  const isReplicated = place.cluster?.replication === "keeper";
  return [
    `CREATE TABLE IF NOT EXISTS ${tableName(place, name)}${onCluster(place)} (`,
    elements.replace(/^\n/u, ""),
    `) ENGINE = ${isReplicated ? replicated(table, place.database, name) : plain(table)}`,
    ...(partitionBy === undefined ? [] : [`PARTITION BY ${partitionBy}`]),
    `ORDER BY ${orderBy}`,
    `SETTINGS ${[...settings, ...DURABLE, ...remembering(place)].join(", ")}`,
  ].join("\n");
}

/** The copies of a shard find each other by the path; the macros differ from node to node. */
function replicated(table: TableDescription, database: string, name: string): string {
  const { engine, version } = table;
  const path = textLiteral(`/clickhouse/tables/{shard}/${database}/${name}`);
  return `Replicated${engine}(${path}, '{replica}'${version === undefined ? "" : `, ${version}`})`;
}

function plain({ engine, version }: TableDescription): string {
  return version === undefined ? engine : `${engine}(${version})`;
}

/**
 * A row is on disk, with its directory entry, before an insert is acknowledged: a zero-filled part
 * after a power loss would break merges for ever.
 */
const DURABLE = [
  "fsync_after_insert = 1",
  "fsync_part_directory = 1",
  "min_rows_to_fsync_after_merge = 1",
] as const;

/** A month: longer than a spool may wait for its server. */
const REMEMBERED_SECONDS = 2_592_000;

/** How many deduplication tokens are remembered, and for how long. */
function remembering({ cluster, rememberedInserts }: SchemaPlace): string[] {
  if (cluster?.replication !== "keeper") {
    return [`non_replicated_deduplication_window = ${rememberedInserts}`];
  }
  return [
    `replicated_deduplication_window = ${rememberedInserts}`,
    `replicated_deduplication_window_seconds = ${REMEMBERED_SECONDS}`,
  ];
}

function createView({ name, from, to, query }: ViewDescription, place: SchemaPlace): string {
  const rowsOf = (table: string): string => tableName(place, rowsName(place, table));
  return (
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${tableName(place, name)}${onCluster(place)}\n` +
    `TO ${rowsOf(to)} AS${query(rowsOf(from))}`
  );
}

function fillTable(
  { to, columns, from, query, token }: FillDescription,
  place: SchemaPlace,
): string[] {
  if (place.cluster !== undefined) return [];
  return [
    `INSERT INTO ${tableName(place, to)} (${columns.join(", ")})${query(tableName(place, from))}\n` +
      `SETTINGS insert_deduplication_token = ${textLiteral(token)}, ` +
      "max_partitions_per_insert_block = 0",
  ];
}

function local(name: string): string {
  return `${name}_local`;
}

/** Names are checked where they come from (place-names.ts); this keeps the quoting honest. */
function quoted(name: string): string {
  return `\`${name.replaceAll(/[\\`]/gu, "\\$&")}\``;
}
