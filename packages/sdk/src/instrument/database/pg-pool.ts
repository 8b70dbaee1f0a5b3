/* What happens before a query when a pool of pg hands out its connections: see pool-request.ts. */
import { context } from "@opentelemetry/api";
import { type PgClient, trackClient } from "./pg-client.ts";
import {
  type PoolRequest,
  type PoolState,
  requestConnection,
  watchReleases,
} from "./pool-request.ts";

const PATCHED: unique symbol = Symbol("spoor.pg.pool");

type OnClient = (error: unknown, client?: PgClient, release?: unknown) => unknown;

/** What we use of a `pg.Pool`. */
export interface PgPool {
  connect: (onClient?: OnClient) => unknown;
  on(event: string, listener: (error: unknown, client: PgClient) => void): unknown;
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max?: number; readonly database?: string; readonly host?: string };
  [PATCHED]?: true;
}

/** Wraps `connect` of `pg.Pool`. */
export function patchPgPool(poolPrototype: PgPool): void {
  if (Object.hasOwn(poolPrototype, PATCHED)) return;
  const original = poolPrototype.connect;
  poolPrototype.connect = function connect(this: PgPool, onClient?: OnClient): unknown {
    const asked = requestConnection(this, stateOf);
    if (asked === undefined) return Reflect.apply(original, this, [onClient]);
    watchReleases(this, (released) => {
      this.on("release", (_error, client) => released(client));
    });
    if (onClient === undefined) {
      // Without a callback pg-pool answers with a promise of the class it was given.
      const result = Reflect.apply(original, this, []) as Promise<PgClient>;
      return result.then(
        (client) => {
          succeeded(asked, client);
          return client;
        },
        (error: unknown) => {
          asked.failed(error);
          throw error;
        },
      );
    }
    const answered: OnClient = (error, client, release) => {
      if (error === undefined || error === null) succeeded(asked, client);
      else asked.failed(error);
      if (context.active() === asked.caller) return onClient(error, client, release);
      return context.with(asked.caller, onClient, undefined, error, client, release);
    };
    return Reflect.apply(original, this, [answered]);
  };
  poolPrototype[PATCHED] = true;
}

function stateOf({ totalCount, idleCount, waitingCount, options }: PgPool): PoolState {
  const usedCount = totalCount - idleCount;
  const max = options.max ?? 0;
  return {
    name: "pg-pool",
    library: "pg",
    system: "postgresql",
    usedCount,
    idleCount,
    waitingCount,
    max,
  };
}

function succeeded(asked: PoolRequest, client: PgClient | undefined): void {
  asked.succeeded(client, trackClient);
}
