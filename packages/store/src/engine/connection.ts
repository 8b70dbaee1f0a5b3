import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { errorCode, errorMessage, SpoorError } from "@spoor/trace";

import { INSERT_MS_MAX, QUERY_SECONDS_MAX } from "../base/limits.ts";
import type { Credentials, Endpoint } from "./endpoint.ts";

/** Clients of one ClickHouse that runs. */
export interface Connection {
  /** Creates tables and inserts. */
  readonly writer: ClickHouseClient;
  /** Only reads. */
  readonly reader: ClickHouseClient;
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
  return {
    writer: client(endpoint, endpoint.writer, INSERT_MS_MAX),
    // Longer than the query itself may take, so that it ends with ClickHouse's own words.
    reader: client(endpoint, endpoint.reader, (QUERY_SECONDS_MAX + 5) * 1000),
  };
}

/** Closes idle sockets; requests in flight fail. */
export async function disconnect(connection: Connection): Promise<void> {
  await Promise.all([connection.writer.close(), connection.reader.close()]);
}

function client(endpoint: Endpoint, user: Credentials, timeoutMs: number): ClickHouseClient {
  return createClient({
    url: endpoint.url,
    http_headers: endpoint.headers,
    username: user.username,
    password: user.password,
    request_timeout: timeoutMs,
    max_open_connections: 32,
    // Below the engine's keep_alive_timeout, or a socket could close under a request.
    keep_alive: { enabled: true, idle_socket_ttl: 20_000, eagerly_destroy_stale_sockets: true },
    // Failures are thrown; the client would also print them.
    log: { level: ClickHouseLogLevel.OFF },
    application: "spoor",
  });
}

/** True for an answer of ClickHouse, false when the connection broke before there was one. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && "type" in error && /^\d+$/.test(errorCode(error) ?? "");
}

/**
 * ClickHouse error codes after which the same request may succeed later: too slow (159), too many
 * queries (202), network (210), memory (241), too many parts (252), aborted (236), cancelled (394),
 * timeout (209), table read only (242), keeper (999), no space (243).
 */
const RETRYABLE_CODES: ReadonlySet<string> = new Set(
  [159, 202, 209, 210, 236, 241, 242, 243, 252, 394, 999].map(String),
);

/** What failed, as a {@link SpoorError}. `verb` completes "cannot …". */
export function storeError(verb: string, error: unknown): SpoorError {
  if (errorCode(error)?.startsWith("SPOOR_") === true && error instanceof SpoorError) return error;
  const message = `cannot ${verb}: ${errorMessage(error)}`;
  if (!isAnswer(error)) {
    return new SpoorError(message, {
      code: "SPOOR_STORE_UNAVAILABLE",
      retryable: true,
      hint: "Try again in a moment.",
      cause: error,
    });
  }
  const retryable = RETRYABLE_CODES.has(errorCode(error) ?? "");
  return new SpoorError(message, {
    code: retryable ? "SPOOR_STORE_UNAVAILABLE" : "SPOOR_STORE_REFUSED",
    retryable,
    cause: error,
  });
}
