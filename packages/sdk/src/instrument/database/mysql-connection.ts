/*
 * Beside the official instrumentation of mysql2, or without it: which session a query runs in, and
 * in which span it was asked for. For whoever asks what it waits for, or holds.
 */
import { createRequire } from "node:module";
import type { Clock } from "@spoor/trace";
import { guarded, type OnFailure } from "../base/guard.ts";
import type { ConnectionRegistry, LastQuery } from "./connection-registry.ts";
import { activeActor } from "./pg-client.ts";
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

/** What the patch needs. */
export interface MysqlOptions {
  readonly registry: ConnectionRegistry;
  readonly clock: Clock;
  readonly isSanitised: boolean;
  readonly onFailure: OnFailure;
}

type Ask = (this: MysqlConnection, ...parts: unknown[]) => unknown;

interface Askable {
  query: Ask;
  execute: Ask;
  [PATCHED]?: true;
}

let active: MysqlOptions | undefined;

/** Sets for whom the patched connections work from now on; undefined lets them be. */
export function setMysqlOptions(options: MysqlOptions | undefined): void {
  active = options;
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
      const command: unknown = Reflect.apply(original, this, parts);
      const options = active;
      if (options !== undefined) {
        guarded(WHERE, options.onFailure, () => note(this, { parts, command, options }));
      }
      return command;
    };
  }
  target[PATCHED] = true;
}

/** The class of connections, from whichever module of mysql2 was loaded. */
export function loadedMysqlConnections(): object[] {
  const { cache } = createRequire(import.meta.url);
  return Object.entries(cache).flatMap(([path, module]) => {
    if (!/mysql2[\\/]lib[\\/]connection\.js$/u.test(path)) return [];
    // What that module exports.
    const { prototype } = (module?.exports ?? {}) as { readonly prototype?: object };
    return prototype === undefined ? [] : [prototype];
  });
}

interface Asked {
  readonly parts: readonly unknown[];
  readonly command: unknown;
  readonly options: MysqlOptions;
}

function note(connection: MysqlConnection, { parts, command, options }: Asked): void {
  const { registry, clock, isSanitised } = options;
  const by = activeActor();
  if (by.spanId === "" || !isEmitter(command)) return;
  const record = registry.track(connection, () => {
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

interface Emitter {
  once(event: string, listener: () => void): unknown;
}

function isEmitter(value: unknown): value is Emitter {
  return typeof value === "object" && value !== null && "once" in value;
}
