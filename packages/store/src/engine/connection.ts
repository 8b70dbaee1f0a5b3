import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { errorCode, errorMessage, SpoorError } from "@spoor/trace";

import { INSERT_MS_MAX, QUERY_SECONDS_MAX } from "../base/limits.ts";
import type { Endpoint } from "./endpoint.ts";

/** Clients of one ClickHouse that runs. */
export interface Connection {
  /** Creates tables and inserts. Names the database of every table: it may not exist yet. */
  readonly writer: ClickHouseClient;
  /** Only reads. A table without a database is one of {@link Connection.database}. */
  readonly reader: ClickHouseClient;
  /** Holds the tables. */
  readonly database: string;
}

/** Gives the present connection, which changes when the engine is started again. */
export interface ConnectionSource extends AsyncDisposable {
  /** Whether there is a connection. */
  readonly isReady: boolean;
  /** @throws SPOOR_STORE_UNAVAILABLE (retryable) while there is none. */
  current(): Connection;
  /**
   * Waits until there is a connection other than `broken`.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable) when there is none after `timeoutMs`.
   */
  after(broken: Connection, timeoutMs: number): Promise<Connection>;
  /** Closes the connection and whatever stands behind it. A second call does nothing. */
  close(): Promise<void>;
}

/** Opens clients; no byte is sent before the first query. */
export function connect(endpoint: Endpoint): Connection {
  const { url, headers, database, settings } = endpoint;
  const shared = {
    url,
    http_headers: headers,
    max_open_connections: 32,
    // Below the server's keep_alive_timeout, or a socket could close under a request.
    keep_alive: { enabled: true, idle_socket_ttl: 2_000, eagerly_destroy_stale_sockets: true },
    // Failures are thrown; the client would also print them.
    log: { level: ClickHouseLogLevel.OFF },
    application: "spoor",
  };
  return {
    writer: createClient({
      ...shared,
      ...endpoint.writer,
      request_timeout: INSERT_MS_MAX,
      clickhouse_settings: settings?.writer ?? {},
    }),
    reader: createClient({
      ...shared,
      ...endpoint.reader,
      database,
      // Longer than the query itself may take, so that it ends with ClickHouse's own words.
      request_timeout: (QUERY_SECONDS_MAX + 5) * 1000,
      clickhouse_settings: settings?.reader ?? {},
    }),
    database,
  };
}

/** Closes idle sockets; requests in flight fail. */
export async function disconnect(connection: Connection): Promise<void> {
  await Promise.all([connection.writer.close(), connection.reader.close()]);
}

/** True for an answer of ClickHouse, false when the connection broke before there was one. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && "type" in error && /^\d+$/.test(errorCode(error) ?? "");
}

/**
 * ClickHouse error codes after which the same request may succeed later.
 *
 * Because the server is busy: too slow (159), too many queries (202), timeout (209), memory (241),
 * no space (243), too many parts (252), aborted (236), cancelled (394). Because a node or Keeper is
 * away: see SHARD_AWAY, and connection ended (32), no free connection (203), no Keeper (225), table
 * read only (242), too few replicas (285), no quorum (286), unknown whether inserted (319), Keeper
 * (999). Because an operator changed something and can change it back, while the spool keeps what
 * has to be written: table (60), database (81), quota (201), rights (497), login (516), cluster
 * (701).
 */
const RETRYABLE_CODES: ReadonlySet<string> = new Set(
  [
    159, 202, 209, 241, 243, 252, 236, 394, 32, 198, 203, 210, 225, 242, 279, 285, 286, 319, 999,
    60, 81, 201, 497, 516, 701,
  ].map(String),
);

/** A node is away: unknown host (198), network (210), all connection tries failed (279). */
const SHARD_AWAY: ReadonlySet<string> = new Set(["198", "210", "279"]);

/** What failed, as a {@link SpoorError}. `verb` completes "cannot …". */
export function storeError(verb: string, error: unknown): SpoorError {
  if (errorCode(error)?.startsWith("SPOOR_") === true && error instanceof SpoorError) return error;
  const code = errorCode(error) ?? "";
  const message = errorMessage(error);
  if (isAnswer(error) && !RETRYABLE_CODES.has(code)) {
    return new SpoorError(`cannot ${verb}: ${message}`, {
      code: "SPOOR_STORE_REFUSED",
      cause: error,
    });
  }
  const isShardAway = isAnswer(error) && SHARD_AWAY.has(code);
  const reason = isShardAway ? `a shard of the cluster does not answer: ${message}` : message;
  return new SpoorError(`cannot ${verb}: ${reason}`, {
    code: "SPOOR_STORE_UNAVAILABLE",
    retryable: true,
    hint: isShardAway ? SHARD_HINT : "Try again in a moment.",
    cause: error,
  });
}

const SHARD_HINT =
  "Without that shard an answer would lack spans, so there is none. What was acknowledged waits " +
  "in the spool until the shard is back.";
