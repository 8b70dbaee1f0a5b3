/*
 * What happens before a query when a pool hands out its connections.
 *
 * 1. Context. A pool runs the callback of whoever waits when somebody else gives a connection back,
 *    in the context of that other request. So the callback is bound to the request that asked.
 * 2. Waits. Taking an idle connection is not worth a span. Waiting for one is (`pg-pool.wait`), and
 *    so is opening one (`pg-pool.connect`): they begin when the request asks, so that one that
 *    waits for ever is seen, too.
 * 3. Who holds what: the checkout of each connection goes into the registry. Where it was taken is
 *    kept only while more than half of the pool is in use, and for so many per second only: a
 *    stack costs as much as several spans. Connections that are held for long are few.
 */
import {
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "../../context/linked-context.ts";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { actorOf, type PoolWait } from "./connection-registry.ts";
import { activeActor, activePg, type PgClient, type PgOptions, trackClient } from "./pg-client.ts";

const WHERE = "pg.pool";
const PATCHED: unique symbol = Symbol("spoor.pg.pool");

/** Stacks that are taken within a window; a hundred take 2 ms or so of each second. */
const STACK_COUNT_MAX = 100;
const STACK_WINDOW_MS = 1000;

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
    const asked = askPool(this);
    if (asked === undefined) return Reflect.apply(original, this, [onClient]);
    if (onClient === undefined) {
      // Without a callback pg-pool answers with a promise of the class it was given.
      const result = Reflect.apply(original, this, []) as Promise<PgClient>;
      return result.then(
        (client) => {
          asked.succeeded(client);
          return client;
        },
        (error: unknown) => {
          asked.failed(error);
          throw error;
        },
      );
    }
    const answered: OnClient = (error, client, release) => {
      if (error === undefined || error === null) asked.succeeded(client);
      else asked.failed(error);
      if (context.active() === asked.caller) return onClient(error, client, release);
      return context.with(asked.caller, onClient, undefined, error, client, release);
    };
    return Reflect.apply(original, this, [answered]);
  };
  poolPrototype[PATCHED] = true;
}

function askPool(pool: PgPool): PoolRequest | undefined {
  const options = activePg();
  if (options === undefined || isTracingSuppressed(context.active())) return undefined;
  let asked: PoolRequest | undefined;
  guarded(WHERE, options.onFailure, () => {
    asked = new PoolRequest(pool, options);
  });
  return asked;
}

/** One request for a connection, from asking to getting it. */
class PoolRequest {
  readonly caller: Context = context.active();
  readonly #pool: PgPool;
  readonly #options: PgOptions;
  readonly #endWait: (() => void) | undefined;
  readonly #callSite: Error | undefined;
  #span: Span | undefined;

  constructor(pool: PgPool, options: PgOptions) {
    this.#pool = pool;
    this.#options = options;
    watchReleases(pool, options);
    const { idleCount, totalCount, waitingCount } = pool;
    const max = pool.options.max ?? 0;
    // Those who wait already take what is idle now.
    const mustWait = idleCount <= waitingCount;
    if ((totalCount - idleCount + 1) * 2 > max)
      this.#callSite = callSite(options.clock.monotonicMs());
    if (!mustWait) return;
    const isFull = totalCount >= max;
    const wait: PoolWait | undefined = isFull
      ? { by: activeActor(), pool, sinceMs: options.clock.monotonicMs() }
      : undefined;
    if (wait !== undefined) this.#endWait = options.registry.beginWait(wait);
    if (trace.getSpan(this.caller) === undefined) return;
    this.#span = options.tracer.startSpan(isFull ? "pg-pool.wait" : "pg-pool.connect", {
      kind: SpanKind.CLIENT,
      attributes: {
        [keys.dbSystemName]: "postgresql",
        [keys.spoorPoolUsed]: totalCount - idleCount,
        [keys.spoorPoolWaiting]: waitingCount,
        [keys.spoorPoolMax]: max,
      },
    });
    if (wait !== undefined) setSubject(this.#span, wait);
  }

  succeeded(client: PgClient | undefined): void {
    this.#endWait?.();
    this.#span?.end();
    if (client === undefined) return;
    const { registry, clock, onFailure } = this.#options;
    guarded(WHERE, onFailure, () => {
      const record = trackClient(client, registry, clock);
      registry.assign(client, this.#pool);
      const by = actorOf(trace.getSpan(this.caller));
      record.checkout = { by, sinceMs: clock.monotonicMs(), callSite: this.#callSite };
    });
  }

  failed(error: unknown): void {
    this.#endWait?.();
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#span?.recordException(failure);
    this.#span?.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
    this.#span?.end();
  }
}

let stackWindowMs = 0;
let stackCount = 0;

/** Where a connection is taken, unless many were taken just now. */
function callSite(nowMs: number): Error | undefined {
  if (nowMs - stackWindowMs >= STACK_WINDOW_MS) {
    stackWindowMs = nowMs;
    stackCount = 0;
  }
  stackCount += 1;
  return stackCount > STACK_COUNT_MAX ? undefined : new Error("taken here");
}

const watched = new WeakSet<PgPool>();

/** Clears the checkout of a connection that came back. */
function watchReleases(pool: PgPool, { registry }: PgOptions): void {
  if (watched.has(pool)) return;
  watched.add(pool);
  pool.on("release", (_error, client) => {
    const record = registry.get(client);
    if (record !== undefined) record.checkout = undefined;
  });
}
