/*
 * Beside the official instrumentation of pg: which backend and which local port a query goes to,
 * how many rows came back, the statement without its literals, and a record of the connection.
 *
 * The official one hands its span to a hook, but not the client. Our wrapper is outside of its
 * wrapper, so what the hook needs is put into a variable for the length of that synchronous call.
 */
import { context, type Span, trace } from "@opentelemetry/api";
import type { Clock } from "@spoor/trace";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded, type OnFailure } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import type { Actor, ConnectionRegistry, TransactionState } from "./connection-registry.ts";
import { sanitiseStatement } from "./sanitise-statement.ts";

const WHERE = "pg.client";
const PATCHED: unique symbol = Symbol("spoor.pg.client");

/** What the patches of pg need. */
export interface PgPatchOptions {
  readonly registry: ConnectionRegistry;
  readonly clock: Clock;
  readonly isSanitised: boolean;
  readonly onFailure: OnFailure;
}

/** What we use of a `pg.Client`. */
export interface PgClient {
  query: (...parts: unknown[]) => unknown;
  on(event: string, listener: () => void): unknown;
  readonly processID?: number | null;
  readonly connection?: { readonly stream?: { readonly localPort?: number } };
  getTransactionStatus?(): string | null;
  [PATCHED]?: true;
}

/** The hooks for the configuration of the official instrumentation. */
export interface PgHooks {
  requestHook(span: Span, request: { readonly query: { readonly text: string } }): void;
  responseHook(span: Span, response: { readonly data: unknown }): void;
}

/** The client whose `query` is on the stack. Clients are the process's, and so is this. */
let current: PgClient | undefined;

/** Sets it, and answers which one it was before. */
function enter(client: PgClient | undefined): PgClient | undefined {
  const before = current;
  current = client;
  return before;
}

/** Wraps the client's `query`. Call it after the official instrumentation has. */
export function patchPgClient(clientPrototype: PgClient): void {
  if (Object.hasOwn(clientPrototype, PATCHED)) return;
  const original = clientPrototype.query;
  clientPrototype.query = function query(this: PgClient, ...parts): unknown {
    const before = enter(this);
    try {
      return Reflect.apply(original, this, parts);
    } finally {
      enter(before);
    }
  };
  clientPrototype[PATCHED] = true;
}

/** The hooks for the official instrumentation of pg. */
export function pgHooks(options: PgPatchOptions): PgHooks {
  return {
    requestHook: (span, { query }) => {
      guarded(WHERE, options.onFailure, () => describeQuery(span, query.text, options));
    },
    responseHook: (span, { data }) => {
      const rows = returnedRows(data);
      if (rows !== undefined) span.setAttribute(keys.dbResponseReturnedRows, rows);
    },
  };
}

function describeQuery(span: Span, statement: string, options: PgPatchOptions): void {
  const { registry, clock, isSanitised } = options;
  const text = isSanitised ? sanitiseStatement(statement, "postgresql") : statement;
  if (isSanitised && span.isRecording()) span.setAttribute(keys.dbQueryText, text);
  if (current === undefined) return;
  const record = trackClient(current, registry, clock);
  const startedMs = clock.monotonicMs();
  record.lastQuery = { by: actorOf(span), text, startedMs, endedMs: undefined };
  setSubject(span, current);
  if (!span.isRecording()) return;
  const pid = record.backendPid();
  if (pid !== undefined) span.setAttribute(keys.spoorDbBackendPid, pid);
  const port = record.localPort();
  if (port !== undefined) span.setAttribute(keys.networkLocalPort, port);
}

/** The record of a client, which is kept until its connection ends. */
export function trackClient(
  client: PgClient,
  registry: ConnectionRegistry,
  clock: Clock,
): ReturnType<ConnectionRegistry["track"]> {
  return registry.track(client, () => {
    client.on("end", () => registry.forget(client));
    // Emitted when the last submitted query is done.
    client.on("drain", () => {
      const query = registry.get(client)?.lastQuery;
      if (query !== undefined) query.endedMs ??= clock.monotonicMs();
    });
    return {
      system: "postgresql",
      backendPid: () => client.processID ?? undefined,
      localPort: () => client.connection?.stream?.localPort,
      transaction: () => transactionState(client),
      checkout: undefined,
      lastQuery: undefined,
    };
  });
}

/** The span in which something is done now, as far as there is one. */
export function activeActor(): Actor {
  return actorOf(trace.getSpan(context.active()));
}

function actorOf(span: Span | undefined): Actor {
  const { traceId, spanId } = span?.spanContext() ?? { traceId: "", spanId: "" };
  return { traceId, spanId };
}

/** PostgreSQL's own word, which came with its last ReadyForQuery: I, T or E. */
function transactionState(client: PgClient): TransactionState {
  const status = client.getTransactionStatus?.();
  if (status === "I") return "none";
  if (status === "T") return "open";
  return status === "E" ? "failed" : "unknown";
}

/** A query of several statements has several results. */
function returnedRows(result: unknown): number | undefined {
  if (Array.isArray(result)) {
    const counts = result.map(returnedRows).filter((count) => count !== undefined);
    return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
  }
  if (typeof result !== "object" || result === null) return undefined;
  // pg's Result; `rows` is what was returned, `rowCount` may be what was changed.
  const { rows } = result as { readonly rows?: unknown };
  return Array.isArray(rows) ? rows.length : undefined;
}
