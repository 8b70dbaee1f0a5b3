/*
 * One request for a connection of a pool, from asking to getting it, whoever's pool it is.
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
import {
  activeActor,
  actorOf,
  type ConnectionRecord,
  type PoolWait,
} from "./connection-registry.ts";
import { activeDatabaseOptions, type DatabaseOptions } from "./database-options.ts";

/** Stacks that are taken within a window; a hundred take 2 ms or so of each second. */
const STACK_COUNT_MAX = 100;
const STACK_WINDOW_MS = 1000;

/** A pool at the moment at which it is asked. */
export interface PoolState {
  /** As it begins the names of spans: `pg-pool`. */
  readonly name: string;
  readonly library: string;
  readonly system: string;
  readonly usedCount: number;
  readonly idleCount: number;
  /** Those who wait already, and will take what is idle now. */
  readonly waitingCount: number;
  /** The most connections that the pool opens; infinite when there is no limit. */
  readonly max: number;
}

/** Begins a request, unless nobody is to know of it. What fails here is no failure of the pool. */
export function requestConnection<Pool extends object>(
  pool: Pool,
  stateOf: (pool: Pool) => PoolState,
): PoolRequest | undefined {
  const options = activeDatabaseOptions();
  if (options === undefined || isTracingSuppressed(context.active())) return undefined;
  let request: PoolRequest | undefined;
  guarded("pool", options.onFailure, () => {
    request = new PoolRequest(pool, stateOf(pool), options);
  });
  return request;
}

/** See above. */
export class PoolRequest {
  readonly caller: Context = context.active();
  readonly #pool: object;
  readonly #options: DatabaseOptions;
  readonly #endWait: (() => void) | undefined;
  readonly #callSite: Error | undefined;
  #span: Span | undefined;

  constructor(pool: object, state: PoolState, options: DatabaseOptions) {
    this.#pool = pool;
    this.#options = options;
    const { usedCount, idleCount, waitingCount, max } = state;
    if ((usedCount + 1) * 2 > max) this.#callSite = callSite(options.clock.monotonicMs());
    if (idleCount > waitingCount) return;
    const isFull = usedCount + idleCount >= max;
    const wait: PoolWait | undefined = isFull
      ? { by: activeActor(), pool, poolName: state.name, sinceMs: options.clock.monotonicMs() }
      : undefined;
    if (wait !== undefined) this.#endWait = options.registry.beginWait(wait);
    if (trace.getSpan(this.caller) === undefined) return;
    const tracer = options.tracer(state.library);
    this.#span = tracer.startSpan(`${state.name}.${isFull ? "wait" : "connect"}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        [keys.dbSystemName]: state.system,
        [keys.spoorPoolUsed]: usedCount,
        [keys.spoorPoolWaiting]: waitingCount,
        ...(Number.isFinite(max) ? { [keys.spoorPoolMax]: max } : undefined),
      },
    });
    if (wait !== undefined) setSubject(this.#span, wait);
  }

  /** `client` was handed out; `track` finds or makes what the registry has of it. */
  succeeded<Client extends object>(
    client: Client | undefined,
    track: (client: Client, options: DatabaseOptions) => ConnectionRecord,
  ): void {
    this.#endWait?.();
    this.#span?.end();
    if (client === undefined) return;
    const { registry, clock, onFailure } = this.#options;
    guarded("pool", onFailure, () => {
      const record = track(client, this.#options);
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

const watched = new WeakSet<object>();

/** Clears the checkout of a connection that came back. `listen` is asked once for each pool. */
export function watchReleases(
  pool: object,
  listen: (released: (client: object) => void) => void,
): void {
  if (watched.has(pool)) return;
  watched.add(pool);
  listen((client) => {
    const record = activeDatabaseOptions()?.registry.get(client);
    if (record !== undefined) record.checkout = undefined;
  });
}
