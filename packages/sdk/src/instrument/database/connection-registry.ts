/*
 * What is known of the database connections of this process, now: for whoever asks why a span
 * waits, and which of our own requests holds what it waits for.
 *
 * Spans cannot tell that. A connection that idles in an open transaction has no span at all, and a
 * pool that is exhausted is held by requests that are doing something else.
 */
import { context, type Span, trace } from "@opentelemetry/api";

/** A request, by the span in which it acted. Both empty when it acted outside of any span. */
export interface Actor {
  readonly traceId: string;
  readonly spanId: string;
}

/** The span in which something is done now, as far as there is one. */
export function activeActor(): Actor {
  return actorOf(trace.getSpan(context.active()));
}

/** Whoever acts in `span`. The ids are made when somebody asks for them, which is rare. */
export function actorOf(span: Span | undefined): Actor {
  return span === undefined ? NOBODY : new SpanActor(span);
}

const NOBODY: Actor = { traceId: "", spanId: "" };

class SpanActor implements Actor {
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }
}

/** A connection in the hands of somebody. */
export interface Checkout {
  readonly by: Actor;
  /** Monotonic ms. */
  readonly sinceMs: number;
  /** Its `stack` is where the connection was taken; only while the pool was above half used. */
  readonly callSite: Error | undefined;
}

/** The last statement that was submitted on a connection. */
export interface LastQuery {
  readonly by: Actor;
  /** Sanitised, unless statements are kept as they are. */
  readonly text: string;
  /** Monotonic ms. */
  readonly startedMs: number;
  /** Monotonic ms, or undefined while it runs. */
  endedMs: number | undefined;
}

/** What the connection's transaction is in, as far as its client knows. */
export type TransactionState = "none" | "open" | "failed" | "unknown";

/** One connection to a database. */
export interface ConnectionRecord {
  readonly system: "postgresql" | "mysql" | "mongodb";
  /** The database's process for this connection; undefined before it is connected. */
  readonly backendPid: () => number | undefined;
  readonly localPort: () => number | undefined;
  readonly transaction: () => TransactionState;
  checkout: Checkout | undefined;
  lastQuery: LastQuery | undefined;
}

/** Somebody who waits for a connection of a full pool. */
export interface PoolWait {
  readonly by: Actor;
  readonly pool: object;
  /** What kind of pool it is: `pg-pool`. */
  readonly poolName: string;
  /** Monotonic ms. */
  readonly sinceMs: number;
}

/** Connections by their client objects, which belong to the driver. */
export class ConnectionRegistry {
  readonly #records = new Map<object, ConnectionRecord>();
  readonly #pools = new WeakMap<object, object>();
  readonly #waits = new Set<PoolWait>();

  /** The record of `client`, made by `create` the first time. */
  track(client: object, create: () => ConnectionRecord): ConnectionRecord {
    let record = this.#records.get(client);
    if (record === undefined) {
      record = create();
      this.#records.set(client, record);
    }
    return record;
  }

  /** The record of `client`, if there is one. */
  get(client: object): ConnectionRecord | undefined {
    return this.#records.get(client);
  }

  /** The connection is closed. */
  forget(client: object): void {
    this.#records.delete(client);
  }

  /** Remembers the pool to which `client` belongs. */
  assign(client: object, pool: object): void {
    this.#pools.set(client, pool);
  }

  /** Somebody waits; the answer is called when the wait is over. */
  beginWait(wait: PoolWait): () => void {
    this.#waits.add(wait);
    return () => void this.#waits.delete(wait);
  }

  /** Every open connection, oldest first. */
  connections(): Iterable<ConnectionRecord> {
    return this.#records.values();
  }

  /** Every open connection with the client object that it belongs to, oldest first. */
  entries(): Iterable<readonly [object, ConnectionRecord]> {
    return this.#records;
  }

  /** Everybody who waits for a connection, longest first. */
  waits(): Iterable<PoolWait> {
    return this.#waits;
  }

  /** Whether `subject` is a wait for a connection that is not over. */
  isWaiting(subject: object): subject is PoolWait {
    // Looked for by identity: whatever is in the set is a wait.
    return this.#waits.has(subject as PoolWait);
  }

  /** The connections of `pool`, oldest first. */
  *connectionsOf(pool: object): Iterable<ConnectionRecord> {
    for (const [client, record] of this.#records) {
      if (this.#pools.get(client) === pool) yield record;
    }
  }
}

/** The one registry of this process: connections are the process's, not a provider's. */
export const connectionRegistry: ConnectionRegistry = new ConnectionRegistry();
