/** What traces database drivers, and what we add where an official instrumentation does. */
import type { Tracer } from "@opentelemetry/api";
import {
  patchRedisClient,
  redisHooks,
  type RedisClient,
  setRedisOptions,
} from "./ioredis-client.ts";
import {
  loadedMysqlConnections,
  patchMysqlConnection,
  setMysqlOptions,
} from "./mysql-connection.ts";
import { type PgClient, pgHooks, type PgPatchOptions, setPgOptions } from "./pg-client.ts";
import { patchPgPool, type PgPool } from "./pg-pool.ts";
import { patchPgClient } from "./pg-query.ts";

/** The parts of it that others call. */
export interface DatabaseHooks {
  /** More configuration for the official instrumentation of `library`. */
  hooksOf(library: string): object;
  /** A module of a driver was loaded, and the official instrumentation is in place. */
  loaded(specifier: string, exports: unknown): void;
  /** Whether a driver is of use without an official instrumentation of it. */
  watches(library: string): boolean;
  /** Lets go; what is patched stays so, and does nothing. */
  stop(): void;
}

/** What the drivers have in common. */
export interface DatabaseOptions extends PgPatchOptions {
  tracer(library: string): Tracer;
  /** Whether the official instrumentation of a library was asked for. */
  isOfficial(library: string): boolean;
}

/** Hooks of one start of the SDK. */
export function databaseHooks(options: DatabaseOptions): DatabaseHooks {
  const { onFailure } = options;
  const traced = (library: string): { tracer: Tracer; hasOwnSpans: boolean } => ({
    tracer: options.tracer(library),
    hasOwnSpans: !options.isOfficial(library),
  });
  setPgOptions({ ...options, ...traced("pg") });
  setRedisOptions({ onFailure, ...traced("ioredis") });
  setMysqlOptions(options);
  const hooks: Readonly<Record<string, object>> = {
    pg: pgHooks(options),
    ioredis: redisHooks(onFailure),
  };
  return {
    hooksOf: (library) => hooks[library] ?? {},
    loaded: (specifier, exports) => PATCHES[specifier]?.(exports),
    watches: (library) => library === "mysql2",
    stop: () => {
      setPgOptions(undefined);
      setRedisOptions(undefined);
      setMysqlOptions(undefined);
    },
  };
}

function patchMysql(): void {
  for (const prototype of loadedMysqlConnections()) patchMysqlConnection(prototype);
}

/** By what is loaded. */
const PATCHES: Readonly<Record<string, (exports: unknown) => void>> = {
  pg: (exports) => {
    // What pg exports.
    const { Client } = exports as { readonly Client: { readonly prototype: PgClient } };
    patchPgClient(Client.prototype);
  },
  "pg-pool": (exports) => {
    // pg-pool exports its class.
    const Pool = exports as { readonly prototype: PgPool };
    patchPgPool(Pool.prototype);
  },
  mysql2: patchMysql,
  "mysql2/promise": patchMysql,
  ioredis: (exports) => {
    // ioredis exports its class.
    const Redis = exports as { readonly prototype: RedisClient };
    patchRedisClient(Redis.prototype);
  },
};
