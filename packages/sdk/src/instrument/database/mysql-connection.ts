/*
 * Beside the official instrumentation of mysql2, or without it: which session a query runs in, and
 * in which span it was asked for. For whoever asks what it waits for, or holds.
 *
 * 1. The official one hands its span to nobody. It is seen where it is started, which is within our
 *    wrapper around its wrapper (`mysqlSpanStarted`).
 * 2. mysql2 calls back in the context in which the connection was opened. So callbacks, and the
 *    listeners of queries without one, are bound to where the query was asked.
 */
import { context, type Span } from "@opentelemetry/api";
import { isTracingSuppressed } from "../../context/linked-context.ts";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import {
  activeActor,
  actorOf,
  type ConnectionRecord,
  type LastQuery,
} from "./connection-registry.ts";
import { activeDatabaseOptions, type DatabaseOptions } from "./database-options.ts";
import { OnStack } from "./on-stack.ts";
import { sanitiseStatement } from "./sanitise-statement.ts";

const WHERE = "mysql2";
const PATCHED: unique symbol = Symbol("spoor.mysql2");

/** What we use of a connection of mysql2. */
export interface MysqlConnection {
  readonly threadId?: number;
  readonly stream?: { readonly localPort?: number };
  readonly config?: object;
  once(event: string, listener: () => void): unknown;
}

type Ask = (this: MysqlConnection, ...parts: unknown[]) => unknown;

interface Askable {
  query: Ask;
  execute: Ask;
  [PATCHED]?: true;
}

/** A query that is being asked, and the span that was started for it. */
interface Asking {
  readonly connection: MysqlConnection;
  span: Span | undefined;
}

const asking = new OnStack<Asking>();

/** The official instrumentation has started `span`. */
export function mysqlSpanStarted(span: Span): void {
  const { current } = asking;
  if (current === undefined) return;
  current.span = span;
  setSubject(span, current.connection);
  if (!span.isRecording()) return;
  const { threadId, stream } = current.connection;
  if (typeof threadId === "number") span.setAttribute(keys.spoorDbBackendPid, threadId);
  if (stream?.localPort !== undefined) span.setAttribute(keys.networkLocalPort, stream.localPort);
}

/** Configuration of the official instrumentation of mysql2. */
export interface MysqlHooks {
  readonly maskStatement: boolean;
  maskStatementHook(statement: string): string;
  responseHook(span: Span, response: { readonly queryResults?: unknown }): void;
}

/** The hooks for it. */
export function mysqlHooks({ isSanitised, onFailure }: DatabaseOptions): MysqlHooks {
  return {
    // Otherwise it puts the values into the statement.
    maskStatement: isSanitised,
    maskStatementHook: (statement) => sanitiseStatement(statement, "mysql"),
    responseHook: (span, { queryResults }) => {
      guarded(WHERE, onFailure, () => {
        const rows = rowCountOf(queryResults);
        if (rows !== undefined) span.setAttribute(keys.dbResponseReturnedRows, rows);
      });
    },
  };
}

/** Wraps `query` and `execute`. Call it after the official instrumentation has. */
export function patchMysqlConnection(prototype: object): void {
  // The prototype of mysql2's Connection.
  const target = prototype as Askable;
  if (Object.hasOwn(target, PATCHED)) return;
  for (const method of ["query", "execute"] as const) {
    const original = target[method];
    if (typeof original !== "function") continue;
    target[method] = function ask(this: MysqlConnection, ...parts: unknown[]): unknown {
      const options = activeDatabaseOptions();
      if (options === undefined) return Reflect.apply(original, this, parts);
      const mine: Asking = { connection: this, span: undefined };
      const command = bindLastCallback(parts, () =>
        asking.during(mine, () => Reflect.apply(original, this, parts)),
      );
      guarded(WHERE, options.onFailure, () => note(mine, { parts, command, options }));
      return command;
    };
  }
  target[PATCHED] = true;
}

/**
 * Asks with the callback among `parts` bound to the active context; without one, what the answer
 * emits is. A query that a pool has made is bound already.
 */
export function bindLastCallback(parts: unknown[], ask: () => unknown): unknown {
  if (isEmitter(parts[0])) return ask();
  const index = parts.findLastIndex((part) => typeof part === "function");
  const caller = context.active();
  if (index === -1) return context.bind(caller, ask());
  parts[index] = context.bind(caller, parts[index]);
  return ask();
}

/** The record of a connection, which is kept until it ends. */
export function trackMysqlConnection(
  connection: MysqlConnection,
  { registry }: DatabaseOptions,
): ConnectionRecord {
  return registry.track(connection, () => {
    connection.once("end", () => registry.forget(connection));
    return {
      system: "mysql",
      backendPid: () => connection.threadId,
      localPort: () => connection.stream?.localPort,
      transaction: () => "unknown",
      checkout: undefined,
      lastQuery: undefined,
    };
  });
}

interface Asked {
  readonly parts: readonly unknown[];
  readonly command: unknown;
  readonly options: DatabaseOptions;
}

function note({ connection, span }: Asking, { parts, command, options }: Asked): void {
  const { clock, isSanitised } = options;
  const by = span === undefined ? activeActor() : actorOf(span);
  if (by.spanId === "" || !isEmitter(command) || isTracingSuppressed(context.active())) return;
  const record = trackMysqlConnection(connection, options);
  const statement = textOf(parts[0]);
  const text = isSanitised ? sanitiseStatement(statement, "mysql") : statement;
  const query: LastQuery = {
    by,
    text,
    startedMs: clock.monotonicMs(),
    endedMs: undefined,
  };
  record.lastQuery = query;
  // Emitted after an error, too. A listener of "error" would hide it from the application.
  command.once("end", () => {
    query.endedMs ??= clock.monotonicMs();
  });
}

function textOf(first: unknown): string {
  if (typeof first === "string") return first;
  if (typeof first !== "object" || first === null || !("sql" in first)) return "";
  return typeof first.sql === "string" ? first.sql : "";
}

/** The rows of an answer, which for several statements is a list of lists; of changes, none. */
function rowCountOf(results: unknown): number | undefined {
  if (!Array.isArray(results)) return undefined;
  const lists = results.filter((one): one is unknown[] => Array.isArray(one));
  // Rows may be lists, too, when they were asked for without the names of columns.
  const areRows = lists.length === 0 || lists.some((list) => list.some(isValue));
  return areRows ? results.length : lists.reduce((sum, rows) => sum + rows.length, 0);
}

/** Something that stands in a column, and is no row. */
function isValue(value: unknown): boolean {
  return typeof value !== "object" || value === null || value instanceof Date;
}

interface Emitter {
  once(event: string, listener: () => void): unknown;
}

function isEmitter(value: unknown): value is Emitter {
  return typeof value === "object" && value !== null && "once" in value;
}
