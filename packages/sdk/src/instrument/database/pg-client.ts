/*
 * What is said of a query of pg besides its statement: which backend and which local port it goes
 * to, how many rows came back, and a record of the connection.
 *
 * Where somebody asked for the official instrumentation of pg, it makes the span; it hands it to a
 * hook, but not the client: see on-stack.ts.
 */
import type { Span, Tracer } from "@opentelemetry/api";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { actorOf, type ConnectionRecord, type TransactionState } from "./connection-registry.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { OnStack } from "./on-stack.ts";
import { sanitiseStatement } from "./sanitise-statement.ts";

const WHERE = "pg.client";

/** What the spans of queries need: taken for each of them, so nothing is looked up. */
export interface PgOptions extends Omit<DatabaseOptions, "tracer" | "isOfficial"> {
  readonly tracer: Tracer;
  /** False where the official instrumentation makes the spans of queries. */
  readonly hasOwnSpans: boolean;
}

/** What we use of a `pg.Client`. */
export interface PgClient {
  query: (...parts: unknown[]) => unknown;
  on(event: string, listener: () => void): unknown;
  readonly processID?: number | null;
  readonly connection?: { readonly stream?: { readonly localPort?: number } };
  readonly connectionParameters?: {
    readonly database?: string | null;
    readonly host?: string;
    readonly port?: number;
  };
  getTransactionStatus?(): string | null;
}

/** The options of the running SDK. Classes are patched once per process, SDKs come and go. */
let active: PgOptions | undefined;

/** Sets for whom the patched classes work from now on; undefined lets them be. */
export function setPgOptions(options: PgOptions | undefined): void {
  active = options;
}

/** For whom the patched classes work now. */
export function activePg(): PgOptions | undefined {
  return active;
}

/** The hooks for the configuration of the official instrumentation. */
export interface PgHooks {
  requestHook(span: Span, request: { readonly query: { readonly text: string } }): void;
  responseHook(span: Span, response: { readonly data: unknown }): void;
}

/** The client whose `query` is called. Clients are the process's, and so is this. */
const asked = new OnStack<PgClient>();

/** Runs the query of the official instrumentation, whose hooks find the client. */
export function withOfficialHooks(
  client: PgClient,
  query: PgClient["query"],
  parts: unknown[],
): unknown {
  return asked.during(client, () => Reflect.apply(query, client, parts));
}

/** The hooks for the official instrumentation of pg. */
export function pgHooks(options: DatabaseOptions): PgHooks {
  return {
    requestHook: (span, { query }) => {
      guarded(WHERE, options.onFailure, () => {
        const text = options.isSanitised ? sanitiseStatement(query.text, "postgresql") : query.text;
        if (options.isSanitised && span.isRecording()) span.setAttribute(keys.dbQueryText, text);
        const { current } = asked;
        if (current !== undefined) noteQuery(span, { client: current, text }, options);
      });
    },
    responseHook: (span, { data }) => {
      const rows = returnedRows(data);
      if (rows !== undefined) span.setAttribute(keys.dbResponseReturnedRows, rows);
    },
  };
}

/** A query that is submitted now. */
export interface Submitted {
  readonly client: PgClient;
  /** Sanitised, unless statements are kept as they are. */
  readonly text: string;
}

/** Says on the span where the query goes, and in the registry what its connection does. */
export function noteQuery(
  span: Span,
  { client, text }: Submitted,
  { registry, clock }: Pick<DatabaseOptions, "registry" | "clock">,
): void {
  const record = trackClient(client, { registry, clock });
  const startedMs = clock.monotonicMs();
  record.lastQuery = { by: actorOf(span), text, startedMs, endedMs: undefined };
  setSubject(span, client);
  if (!span.isRecording()) return;
  const pid = record.backendPid();
  if (pid !== undefined) span.setAttribute(keys.spoorDbBackendPid, pid);
  const port = record.localPort();
  if (port !== undefined) span.setAttribute(keys.networkLocalPort, port);
}

/** The record of a client, which is kept until its connection ends. */
export function trackClient(
  client: PgClient,
  { registry, clock }: Pick<DatabaseOptions, "registry" | "clock">,
): ConnectionRecord {
  const known = registry.get(client);
  if (known !== undefined) return known;
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

/** PostgreSQL's own word, which came with its last ReadyForQuery: I, T or E. */
function transactionState(client: PgClient): TransactionState {
  const status = client.getTransactionStatus?.();
  if (status === "I") return "none";
  if (status === "T") return "open";
  return status === "E" ? "failed" : "unknown";
}

/** The rows that a result holds. A query of several statements has several results. */
export function returnedRows(result: unknown): number | undefined {
  if (Array.isArray(result)) {
    const counts = result.map(returnedRows).filter((count) => count !== undefined);
    return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
  }
  if (typeof result !== "object" || result === null) return undefined;
  // pg's Result; `rows` is what was returned, `rowCount` may be what was changed.
  const { rows } = result as { readonly rows?: unknown };
  return Array.isArray(rows) ? rows.length : undefined;
}
