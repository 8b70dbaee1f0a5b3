import type { ClickHouseSettings } from "@clickhouse/client";
import { type Clock, errorCode, SpoorError } from "@spoor/trace";

import type { StoreErrorCode } from "../base/error-codes.ts";
import { REMEMBERED_INSERTS_SHARED } from "../base/limits.ts";
import type { StoreEventListener } from "../base/store-event.ts";
import { connect, disconnect, isAnswer } from "../engine/connection.ts";
import type { Endpoint } from "../engine/endpoint.ts";
import { RemoteServer } from "../engine/remote-server.ts";
import { parseAddresses } from "../engine/server-address.ts";
import { migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { checkNames } from "../schema/place-names.ts";
import type { Replication, SchemaPlace } from "../schema/table-ddl.ts";
import { checkServer } from "./check-server.ts";
import { type BlockStore, ClickHouseStore } from "./clickhouse-store.ts";

/** What a store on a ClickHouse of your own needs. */
export interface ServerStoreOptions {
  /**
   * Addresses of ClickHouse's HTTP interface, such as `http://user:password@host:8123`: one for a
   * server, one or more nodes for a cluster. The first that answers is used.
   */
  readonly urls: readonly string[];
  /** Created when it does not exist. */
  readonly database: string;
  /** The name of the cluster in ClickHouse's configuration; without it there is one server. */
  readonly cluster?: string | undefined;
  /** How the copies of a shard are kept; `keeper` unless told otherwise. */
  readonly replication?: Replication | undefined;
  readonly clock: Clock;
  /** Told when the server is lost and when it is back. Must not throw. */
  readonly onEvent?: StoreEventListener;
}

/**
 * Opens a store on a ClickHouse that somebody else runs: connects, checks what is needed, brings
 * the schema up to date. Several stores may use the same database at once.
 *
 * The caller closes the store; ClickHouse stays as it is.
 *
 * @throws SPOOR_STORE_ADDRESS, SPOOR_STORE_UNREACHABLE, SPOOR_STORE_CREDENTIALS,
 * SPOOR_STORE_RIGHTS, SPOOR_STORE_TOO_OLD, SPOOR_STORE_CLUSTER, SPOOR_STORE_NEWER,
 * SPOOR_STORE_UNAVAILABLE when a shard is away on which tables have to be made
 */
export async function openClickHouseStore(options: ServerStoreOptions): Promise<BlockStore> {
  const { database, cluster, clock, onEvent = () => undefined } = options;
  checkNames({ database, cluster });
  const endpoints = endpointsOf(options);
  const source = await RemoteServer.connect({ endpoints, clock, onEvent });
  const place = placeOf(options);
  try {
    const { writer } = source.current();
    await checkServer(writer, { place, addressCount: endpoints.length });
    await prepare(source, { place, endpoints });
  } catch (error) {
    await source.close();
    throw rightsError(error, database);
  }
  const [first] = endpoints;
  const path = `${first?.url ?? ""}/${database}`;
  return new ClickHouseStore({
    driver: "clickhouse",
    path,
    source,
    clock,
    onEvent,
    place,
    nodes: isToldEach(place) ? endpoints : [],
    isOnlyWriter: false,
  });
}

function endpointsOf({ urls, database, cluster }: ServerStoreOptions): Endpoint[] {
  const addresses = parseAddresses(urls);
  if (addresses.length > 1 && cluster === undefined) {
    const code: StoreErrorCode = "SPOOR_STORE_ADDRESS";
    throw new SpoorError("cannot use several addresses of ClickHouse: no cluster is named", {
      code,
      hint: "Give the address of one server, or the name of the cluster that they belong to.",
    });
  }
  const settings = { writer: writerSettings(cluster), reader: readerSettings(cluster) };
  return addresses.map(({ url, user }) => ({
    url,
    headers: {},
    database,
    writer: user,
    reader: user,
    settings,
  }));
}

/** An insert is over when every shard has its rows, and not before. */
function writerSettings(cluster: string | undefined): ClickHouseSettings {
  return cluster === undefined ? {} : { distributed_foreground_insert: 1, ...SAME_COPY };
}

/**
 * Of the copies of a shard the first that answers is written and read, in the order of the
 * configuration: another one has what was just acknowledged only a moment later.
 */
const SAME_COPY: ClickHouseSettings = { load_balancing: "in_order" };

function readerSettings(cluster: string | undefined): ClickHouseSettings {
  // May read and choose its settings, nothing else, whatever the user may.
  const settings: ClickHouseSettings = { readonly: "2" };
  if (cluster === undefined) return settings;
  return {
    ...settings,
    ...SAME_COPY,
    // Half an answer would look like a whole one.
    skip_unavailable_shards: 0,
    // A question about a trace inside of another is answered on the shard: it has all of the trace.
    distributed_product_mode: "local",
  };
}

function placeOf({ database, cluster, replication }: ServerStoreOptions): SchemaPlace {
  const rememberedInserts = REMEMBERED_INSERTS_SHARED;
  if (cluster === undefined) return { database, rememberedInserts };
  return {
    database,
    rememberedInserts,
    cluster: { name: cluster, replication: replication ?? "keeper" },
  };
}

/** Brings the schema up to date; without Keeper on each node by itself. */
async function prepare(
  source: RemoteServer,
  { place, endpoints }: { readonly place: SchemaPlace; readonly endpoints: readonly Endpoint[] },
): Promise<void> {
  const { writer } = source.current();
  // Also the one in use: what is done twice changes nothing.
  const connections = isToldEach(place) ? endpoints.map(connect) : [];
  try {
    const otherNodes = connections.map((connection) => connection.writer);
    await migrate(writer, MIGRATIONS, { place, otherNodes });
  } finally {
    await Promise.all(connections.map(disconnect));
  }
}

/** Whether each node of a cluster has to be told by itself what is to be done with its tables. */
function isToldEach({ cluster }: SchemaPlace): boolean {
  return cluster?.replication === "none";
}

const MISSING_RIGHT = "497";

function rightsError(error: unknown, database: string): unknown {
  const cause = error instanceof Error && isAnswer(error.cause) ? error.cause : error;
  if (errorCode(cause) !== MISSING_RIGHT || !(cause instanceof Error)) return error;
  const code: StoreErrorCode = "SPOOR_STORE_RIGHTS";
  return new SpoorError(`cannot prepare the database: ${cause.message}`, {
    code,
    hint:
      `Let the user have ALL ON ${database}.*, TABLE ENGINE ON *, SELECT ON system.* and, for a ` +
      "cluster with Keeper, CLUSTER ON *.*: docs/guides/your-own-clickhouse.md.",
    cause,
  });
}
