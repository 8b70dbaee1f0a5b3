/** What traces database drivers, and what we add where an official instrumentation does. */
import type { Span, SpanOptions, Tracer } from "@opentelemetry/api";
import { type DatabaseOptions, setDatabaseOptions } from "./database-options.ts";
import {
  patchRedisClient,
  redisHooks,
  type RedisClient,
  setRedisOptions,
} from "./ioredis-client.ts";
import { loadedClasses } from "./loaded-classes.ts";
import {
  mongoHooks,
  mongoSpanStarted,
  patchMongoConnection,
  patchMongoPool,
} from "./mongodb-connection.ts";
import { mysqlHooks, mysqlSpanStarted, patchMysqlConnection } from "./mysql-connection.ts";
import { type MysqlPool, patchMysqlPool } from "./mysql-pool.ts";
import { type PgClient, pgHooks, setPgOptions } from "./pg-client.ts";
import { patchPgPool, type PgPool } from "./pg-pool.ts";
import { patchPg } from "./pg-exports.ts";
import { patchPgClient } from "./pg-query.ts";
import { notePrismaFailure, withoutPrismaLiterals } from "./prisma-spans.ts";
import { redisStatement } from "./redis-statement.ts";

/** What the official instrumentation of a library is given. */
export interface OfficialHooks {
  /** More configuration. */
  readonly config?: object;
  /** Sees each of its spans as it is started. */
  readonly spanStarted?: (span: Span) => void;
  /** Says with what a span of it is started. */
  readonly spanOptions?: (options: SpanOptions) => SpanOptions;
  /** Says on a span that what it stands for failed, where the instrumentation does not. */
  readonly spanFailed?: (span: Span, error: unknown) => void;
}

/** The parts of it that others call. */
export interface DatabaseHooks {
  hooksOf(library: string): OfficialHooks;
  /** A module of a driver was loaded, and the official instrumentation is in place. */
  loaded(specifier: string, exports: unknown): void;
  /** Whether a driver is of use without an official instrumentation of it. */
  watches(library: string): boolean;
  /** Lets go; what is patched stays so, and does nothing. */
  stop(): void;
}

/** Hooks of one start of the SDK. */
export function databaseHooks(options: DatabaseOptions): DatabaseHooks {
  const { onFailure } = options;
  const traced = (library: string): { tracer: Tracer; hasOwnSpans: boolean } => ({
    tracer: options.tracer(library),
    hasOwnSpans: !options.isOfficial(library),
  });
  setDatabaseOptions(options);
  setPgOptions({ ...options, ...traced("pg") });
  setRedisOptions({ onFailure, ...traced("ioredis") });
  const hooks: Readonly<Record<string, OfficialHooks>> = {
    pg: { config: pgHooks(options) },
    ioredis: { config: { ...redisHooks(onFailure), ...redisStatements(options) } },
    redis: { config: redisStatements(options) },
    mongodb: { config: mongoHooks(options), spanStarted: mongoSpanStarted },
    mysql2: { config: mysqlHooks(options), spanStarted: mysqlSpanStarted },
    prisma: {
      ...(options.isSanitised ? { spanOptions: withoutPrismaLiterals } : {}),
      spanFailed: (span, error) => notePrismaFailure(span, error, options.isSanitised),
    },
  };
  return {
    hooksOf: (library) => hooks[library] ?? {},
    loaded: (specifier, exports) => PATCHES[specifier]?.(exports),
    watches: (library) => library === "mysql2",
    stop: () => {
      setDatabaseOptions(undefined);
      setPgOptions(undefined);
      setRedisOptions(undefined);
    },
  };
}

function redisStatements({ isSanitised }: DatabaseOptions): object {
  return { dbStatementSerializer: isSanitised ? redisStatement : wholeRedisCommand };
}

function wholeRedisCommand(name: string, args: readonly unknown[]): string {
  return [name, ...args].join(" ");
}

function patchMysql(): void {
  loadedClasses(/mysql2[\\/]lib[\\/]connection\.js$/u).forEach(patchMysqlConnection);
  for (const prototype of loadedClasses(/mysql2[\\/]lib[\\/](?:base[\\/])?pool\.js$/u)) {
    // In new versions the class of lib/pool.js inherits all from that of lib/base/pool.js.
    if (Object.hasOwn(prototype, "getConnection")) patchMysqlPool(prototype as MysqlPool);
  }
}
function patchMongo(): void {
  loadedClasses(/mongodb[\\/]lib[\\/]cmap[\\/]connection\.js$/u, "Connection").forEach(
    patchMongoConnection,
  );
  loadedClasses(/mongodb[\\/]lib[\\/]cmap[\\/]connection_pool\.js$/u, "ConnectionPool").forEach(
    patchMongoPool,
  );
}

/** By what is loaded. */
const PATCHES: Readonly<Record<string, (exports: unknown) => void>> = {
  pg: patchPg,
  "pg/lib/native": (exports) => {
    // The class of its clients.
    const Client = exports as { readonly prototype: PgClient };
    patchPgClient(Client.prototype);
  },
  "pg-pool": (exports) => {
    // pg-pool exports its class.
    const Pool = exports as { readonly prototype: PgPool };
    patchPgPool(Pool.prototype);
  },
  mysql2: patchMysql,
  "mysql2/promise": patchMysql,
  mongodb: patchMongo,
  ioredis: (exports) => {
    // ioredis exports its class.
    const Redis = exports as { readonly prototype: RedisClient };
    patchRedisClient(Redis.prototype);
  },
};
