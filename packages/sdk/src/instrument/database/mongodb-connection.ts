/*
 * Beside the official instrumentation of mongodb: over which local port a command goes, how many
 * documents came back, and who has the connections of a pool, or waits for one.
 *
 * As with mysql2, the official one hands its span to nobody; it is seen where it is started.
 */
import type { Span } from "@opentelemetry/api";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { actorOf, type ConnectionRecord, type LastQuery } from "./connection-registry.ts";
import { activeDatabaseOptions, type DatabaseOptions } from "./database-options.ts";
import { OnStack } from "./on-stack.ts";
import { type PoolState, requestConnection } from "./pool-request.ts";

const WHERE = "mongodb";
const PATCHED: unique symbol = Symbol("spoor.mongodb");

/** What we use of a connection of the driver. */
interface MongoConnection {
  readonly socket?: { readonly localPort?: number };
  once(event: string, listener: () => void): unknown;
}

interface MongoConnections {
  command: (this: MongoConnection, ...parts: unknown[]) => unknown;
  [PATCHED]?: true;
}

/** What we use of a pool of the driver (6.4 and newer, where it answers with promises). */
interface MongoPool {
  checkOut: (...parts: unknown[]) => unknown;
  checkIn: (connection: MongoConnection) => unknown;
  readonly totalConnectionCount: number;
  readonly availableConnectionCount: number;
  readonly waitQueueSize: number;
  readonly options: { readonly maxPoolSize?: number };
  [PATCHED]?: true;
}

/** A command that is being sent, and the span that was started for it. */
interface Sending {
  readonly connection: MongoConnection;
  span: Span | undefined;
}

const sending = new OnStack<Sending>();

/** The official instrumentation has started `span`. */
export function mongoSpanStarted(span: Span): void {
  const { current } = sending;
  if (current === undefined) return;
  current.span = span;
  setSubject(span, current.connection);
  const port = current.connection.socket?.localPort;
  if (port !== undefined) span.setAttribute(keys.networkLocalPort, port);
}

/** Configuration of the official instrumentation of mongodb. */
export interface MongoHooks {
  readonly enhancedDatabaseReporting: boolean;
  responseHook(span: Span, response: { readonly data?: unknown }): void;
}

/** The hooks for it. */
export function mongoHooks({ isSanitised, onFailure }: DatabaseOptions): MongoHooks {
  return {
    enhancedDatabaseReporting: !isSanitised,
    responseHook: (span, { data }) => {
      guarded(WHERE, onFailure, () => {
        const count = documentCountOf(data);
        if (count !== undefined) span.setAttribute(keys.dbResponseReturnedRows, count);
      });
    },
  };
}

/** Wraps what sends commands. Call it after the official instrumentation has. */
export function patchMongoConnection(prototype: object): void {
  // The prototype of the driver's Connection.
  const target = prototype as MongoConnections;
  if (Object.hasOwn(target, PATCHED)) return;
  const original = target.command;
  target.command = function command(this: MongoConnection, ...parts): unknown {
    const options = activeDatabaseOptions();
    if (options === undefined) return Reflect.apply(original, this, parts);
    const mine: Sending = { connection: this, span: undefined };
    const answer = sending.during(mine, () => Reflect.apply(original, this, parts));
    guarded(WHERE, options.onFailure, () => note(mine, { parts, answer, options }));
    return answer;
  };
  target[PATCHED] = true;
}

/** Wraps what a pool hands out and takes back. */
export function patchMongoPool(prototype: object): void {
  // The prototype of the driver's ConnectionPool.
  const target = prototype as MongoPool;
  if (Object.hasOwn(target, PATCHED)) return;
  const { checkOut, checkIn } = target;
  target.checkOut = function checkOutSeen(this: MongoPool, ...parts): unknown {
    const asked = requestConnection(this, stateOf);
    const answer = Reflect.apply(checkOut, this, parts);
    if (asked === undefined || !(answer instanceof Promise)) return answer;
    // Beside the driver's own use of it, which is what must see the error.
    answer.then(
      // What a pool hands out.
      (connection) => asked.succeeded(connection as MongoConnection, trackMongoConnection),
      (error: unknown) => asked.failed(error),
    );
    return answer;
  };
  target.checkIn = function checkInSeen(this: MongoPool, connection): unknown {
    const record = activeDatabaseOptions()?.registry.get(connection);
    if (record !== undefined) record.checkout = undefined;
    return Reflect.apply(checkIn, this, [connection]);
  };
  target[PATCHED] = true;
}

function stateOf(pool: MongoPool): PoolState {
  const { totalConnectionCount, availableConnectionCount: idleCount, waitQueueSize } = pool;
  const max = pool.options.maxPoolSize ?? 0;
  return {
    name: "mongodb-pool",
    library: "mongodb",
    system: "mongodb",
    usedCount: totalConnectionCount - idleCount,
    idleCount,
    waitingCount: waitQueueSize,
    max: max === 0 ? Number.POSITIVE_INFINITY : max,
  };
}

function trackMongoConnection(
  connection: MongoConnection,
  { registry }: DatabaseOptions,
): ConnectionRecord {
  return registry.track(connection, () => {
    connection.once("close", () => registry.forget(connection));
    return {
      system: "mongodb",
      backendPid: () => undefined,
      localPort: () => connection.socket?.localPort,
      transaction: () => "unknown",
      checkout: undefined,
      lastQuery: undefined,
    };
  });
}

interface Sent {
  readonly parts: readonly unknown[];
  readonly answer: unknown;
  readonly options: DatabaseOptions;
}

function note({ connection, span }: Sending, { parts, answer, options }: Sent): void {
  const record = options.registry.get(connection);
  if (span === undefined || record === undefined || !(answer instanceof Promise)) return;
  const { clock } = options;
  const text = commandText(parts[1]);
  const startedMs = clock.monotonicMs();
  const query: LastQuery = { by: actorOf(span), text, startedMs, endedMs: undefined };
  record.lastQuery = query;
  const end = (): void => {
    query.endedMs ??= clock.monotonicMs();
  };
  answer.then(end, end);
}

/** The name of a command and its collection, which its first field holds. */
function commandText(command: unknown): string {
  if (typeof command !== "object" || command === null) return "";
  const [name = "", collection] = Object.entries(command)[0] ?? [];
  return typeof collection === "string" ? `${name} ${collection}` : name;
}

/** The documents in an answer to a query, which old versions of the driver hand on as they are. */
function documentCountOf(answer: unknown): number | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  // The driver's own class for it, or what the server sent.
  const { batchSize, cursor } = answer as {
    readonly batchSize?: unknown;
    readonly cursor?: { readonly firstBatch?: unknown; readonly nextBatch?: unknown };
  };
  if (typeof batchSize === "number") return batchSize;
  const batch = cursor?.firstBatch ?? cursor?.nextBatch;
  return Array.isArray(batch) ? batch.length : undefined;
}
