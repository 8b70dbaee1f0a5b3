/*
 * What happens before a query when a pool of mysql2 hands out its connections: see pool-request.ts.
 *
 * A pool of promises stands on one of callbacks, which is the one that is patched.
 */
import { context } from "@opentelemetry/api";
import {
  bindLastCallback,
  type MysqlConnection,
  trackMysqlConnection,
} from "./mysql-connection.ts";
import { type PoolState, requestConnection, watchReleases } from "./pool-request.ts";

const PATCHED: unique symbol = Symbol("spoor.mysql2.pool");

type OnConnection = (error: unknown, connection?: MysqlConnection) => unknown;

/** What we use of a pool of mysql2. */
export interface MysqlPool {
  getConnection: (onConnection: OnConnection) => unknown;
  query: (...parts: unknown[]) => unknown;
  execute: (...parts: unknown[]) => unknown;
  on(event: string, listener: (connection: MysqlConnection) => void): unknown;
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
  readonly config: { readonly connectionLimit: number };
  [PATCHED]?: true;
}

/** Callbacks of ours: a pool whose connection was lost asks itself again with them. */
const bound = new WeakSet<OnConnection>();

/** Wraps what a pool is asked with. */
export function patchMysqlPool(prototype: MysqlPool): void {
  if (Object.hasOwn(prototype, PATCHED)) return;
  const { getConnection } = prototype;
  prototype.getConnection = function getConnectionInContext(this: MysqlPool, onConnection) {
    const asked = bound.has(onConnection) ? undefined : requestConnection(this, stateOf);
    if (asked === undefined) return Reflect.apply(getConnection, this, [onConnection]);
    watchReleases(this, (released) => {
      this.on("release", released);
    });
    const answered: OnConnection = (error, connection) => {
      if (error === undefined || error === null) asked.succeeded(connection, trackMysqlConnection);
      else asked.failed(error);
      return context.with(asked.caller, () => onConnection(error, connection));
    };
    bound.add(answered);
    return Reflect.apply(getConnection, this, [answered]);
  };
  for (const method of ["query", "execute"] as const) {
    const original = prototype[method];
    prototype[method] = function ask(this: MysqlPool, ...parts) {
      return bindLastCallback(parts, () => Reflect.apply(original, this, parts));
    };
  }
  prototype[PATCHED] = true;
}

function stateOf(pool: MysqlPool): PoolState {
  const { _allConnections: all, _freeConnections: free, _connectionQueue: queue, config } = pool;
  return {
    name: "mysql2-pool",
    library: "mysql2",
    system: "mysql",
    usedCount: all.length - free.length,
    idleCount: free.length,
    waitingCount: queue.length,
    max: config.connectionLimit === 0 ? Number.POSITIVE_INFINITY : config.connectionLimit,
  };
}
