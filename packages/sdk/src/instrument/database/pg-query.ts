/*
 * A CLIENT span for every query of pg.
 *
 * `query` takes a text, an object, or an object that submits itself (a cursor, a stream), and
 * answers by a callback, a promise or events. What answers ends the span:
 * 1. a callback, given or on the object, is replaced by one that ends the span and then runs it in
 *    the context of whoever asked: a connection is shared, and so is the context of its socket;
 * 2. a promise is followed by one that is settled the same way;
 * 3. an object that submits itself is told by the client that it is done, or that it failed: both
 *    methods are replaced on that one object. A listener for its errors would hide them from the
 *    application. One for libpq (`pg.native`) has one of them, and emits `end`.
 */
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "../../context/linked-context.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import {
  activePg,
  noteQuery,
  type PgClient,
  type PgOptions,
  returnedRows,
  withOfficialHooks,
} from "./pg-client.ts";
import { readStatement } from "./sanitise-statement.ts";

const WHERE = "pg.client";
const PATCHED: unique symbol = Symbol("spoor.pg.client");

type Callback = (this: unknown, ...answers: unknown[]) => unknown;

/** What a client of pg is given as its query, where that is an object. */
interface QueryObject {
  readonly text?: unknown;
  readonly name?: unknown;
  readonly submit?: unknown;
  readonly once?: unknown;
  callback?: unknown;
  handleError?: unknown;
  handleReadyForQuery?: unknown;
}

/** Wraps the client's `query`. With the official instrumentation, call it after that has. */
export function patchPgClient(clientPrototype: PgClient): void {
  if (PATCHED in clientPrototype) return;
  const original = clientPrototype.query;
  clientPrototype.query = function query(this: PgClient, ...parts): unknown {
    const options = activePg();
    if (options === undefined) return Reflect.apply(original, this, parts);
    if (!options.hasOwnSpans) return withOfficialHooks(this, original, parts);
    const begun = beginQuery(this, parts[0], options);
    if (begun === undefined) return Reflect.apply(original, this, parts);
    return begun.run(original, parts);
  };
  Object.assign(clientPrototype, { [PATCHED]: true });
}

/** The query with its span, or undefined when it is not traced. */
function beginQuery(client: PgClient, given: unknown, options: PgOptions): TracedQuery | undefined {
  const caller = context.active();
  if (isTracingSuppressed(caller)) return undefined;
  try {
    return new TracedQuery(client, { given, caller, options });
  } catch (error) {
    options.onFailure(WHERE, error);
    return undefined;
  }
}

/** One query, from the call to its answer. */
class TracedQuery {
  readonly #client: PgClient;
  readonly #caller: Context;
  readonly #options: PgOptions;
  readonly #object: QueryObject | undefined;
  readonly #span: Span;

  constructor(
    client: PgClient,
    asked: { readonly given: unknown; readonly caller: Context; readonly options: PgOptions },
  ) {
    const { given, caller, options } = asked;
    this.#client = client;
    this.#caller = caller;
    this.#options = options;
    this.#object = typeof given === "object" && given !== null ? given : undefined;
    const text = typeof given === "string" ? given : (this.#object?.text ?? streamText(given));
    this.#span = this.#start(typeof text === "string" ? text : undefined);
  }

  /** Submits it. */
  run(original: PgClient["query"], parts: unknown[]): unknown {
    const isAnswered = this.#followAnswer(parts);
    let result: unknown;
    try {
      result = Reflect.apply(original, this.#client, parts);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (isAnswered) return result;
    if (isThenable(result)) {
      return result.then(
        (answer: unknown) => {
          this.#succeed(answer);
          return answer;
        },
        (error: unknown) => {
          this.#fail(error);
          throw error;
        },
      );
    }
    // Nobody will tell when it is done.
    this.#span.end();
    return result;
  }

  /** Whether somebody else than a promise tells the answer, which then comes here first. */
  #followAnswer(parts: unknown[]): boolean {
    const object = this.#object;
    const index = callbackIndex(parts);
    const callback = index < 0 ? object?.callback : parts[index];
    if (typeof object?.submit === "function") {
      // That it is a function is all that is known of a callback.
      if (index >= 0) parts[index] = this.#inCaller(callback as Callback);
      this.#followSubmitted(object);
      return true;
    }
    if (typeof callback !== "function") return false;
    // Likewise.
    const answered = this.#answered(callback as Callback);
    if (index >= 0) {
      parts[index] = answered;
    } else {
      // On another object: the one of the application may be used again.
      const copy: unknown = Object.create(Object.getPrototypeOf(object));
      parts[0] = Object.assign(copy ?? {}, object, { callback: answered });
    }
    return true;
  }

  #followSubmitted(object: QueryObject): void {
    const { once } = object;
    // What it emits comes in the context of the connection's socket, or in none.
    if (typeof once === "function") context.bind(this.#caller, object);
    if (typeof object.handleReadyForQuery === "function") {
      this.#replace(object, "handleError", (first) => this.#fail(first));
      this.#replace(object, "handleReadyForQuery", () => this.#span.end());
    } else if (typeof once === "function") {
      this.#replaceNativeError(object);
      Reflect.apply(once, object, ["end", (answer: unknown) => this.#succeed(answer)]);
    } else {
      // Nobody will tell when it is done.
      this.#span.end();
    }
  }

  /** The code of an error over libpq is put on it by the very method that tells it. */
  #replaceNativeError(object: QueryObject): void {
    const original = object.handleError;
    if (typeof original !== "function") return;
    const fail = (error: unknown): void => this.#fail(error);
    object.handleError = function told(this: unknown, ...parts: unknown[]): unknown {
      try {
        return Reflect.apply(original, this, parts);
      } finally {
        fail(parts[0]);
      }
    };
  }

  #start(text: string | undefined): Span {
    const { tracer, isSanitised } = this.#options;
    const client = this.#client;
    const { database, host, port } = client.connectionParameters ?? {};
    const statement = text === undefined ? undefined : readStatement(text, "postgresql");
    const plan = this.#object?.name;
    const isNamed = typeof plan === "string" && plan !== "";
    const attributes: Attributes = { [keys.dbSystemName]: "postgresql" };
    const kept = isSanitised ? statement?.sanitised : text;
    if (database !== undefined && database !== null) attributes[keys.dbNamespace] = database;
    if (host !== undefined) attributes[keys.serverAddress] = host;
    if (port !== undefined) attributes[keys.serverPort] = port;
    if (kept !== undefined) attributes[keys.dbQueryText] = kept;
    if (isNamed) attributes[keys.dbPostgresqlPlan] = plan;
    const what = isNamed ? plan : statement?.operation;
    const where = database === undefined || database === null ? "" : ` ${database}`;
    const name = what === undefined ? "pg.query" : `pg.query:${what}${where}`;
    const options = { kind: SpanKind.CLIENT, attributes };
    const span = tracer.startSpan(name, options, this.#caller);
    noteQuery(span, { client, text: kept ?? "" }, this.#options);
    return span;
  }

  #answered(callback: Callback): Callback {
    const settle = (error: unknown, answer: unknown): void => this.#settle(error, answer);
    const caller = this.#caller;
    return function answered(this: unknown, ...answers): unknown {
      settle(answers[0], answers[1]);
      // Nothing to change: a pool that has an idle connection answers where it was asked.
      if (context.active() === caller) return Reflect.apply(callback, this, answers);
      return context.with(caller, Reflect.apply, undefined, callback, this, answers);
    };
  }

  #inCaller(callback: Callback): Callback {
    const caller = this.#caller;
    return function inCaller(this: unknown, ...answers): unknown {
      return context.with(caller, Reflect.apply, undefined, callback, this, answers);
    };
  }

  #replace(
    object: QueryObject,
    method: "handleError" | "handleReadyForQuery",
    heard: (first: unknown) => void,
  ): void {
    const original = object[method];
    if (typeof original !== "function") return;
    object[method] = function told(this: unknown, ...parts: unknown[]): unknown {
      heard(parts[0]);
      return Reflect.apply(original, this, parts);
    };
  }

  #settle(error: unknown, answer: unknown): void {
    if (error === undefined || error === null) this.#succeed(answer);
    else this.#fail(error);
  }

  #succeed(answer: unknown): void {
    const rows = returnedRows(answer);
    if (rows !== undefined) this.#span.setAttribute(keys.dbResponseReturnedRows, rows);
    this.#span.end();
  }

  #fail(error: unknown): void {
    const span = this.#span;
    if (!span.isRecording()) return;
    const failure = error instanceof Error ? error : new Error(String(error));
    // The errors of PostgreSQL have its five letters, those of Node a name; others have none.
    const { code, name } = failure as NodeJS.ErrnoException;
    span.setAttribute(keys.errorType, code ?? name);
    // What the database says may hold values: keys that exist already, texts that are no number.
    const sanitised = `PostgreSQL error of type '${name}' occurred (code: ${code ?? "UNKNOWN"})`;
    span.recordException(this.#options.isSanitised ? sanitised : failure);
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
    span.end();
  }
}

function streamText(given: unknown): unknown {
  // A stream of `pg-query-stream` has a cursor, and that has the statement.
  const { cursor } = (given ?? {}) as { readonly cursor?: { readonly text?: unknown } };
  return cursor?.text;
}

/** Where pg looks for a callback: behind the values, or in their place; -1 when it is not there. */
function callbackIndex(parts: readonly unknown[]): number {
  if (typeof parts[2] === "function") return 2;
  return typeof parts[1] === "function" ? 1 : -1;
}

interface Thenable {
  then(succeeded: (answer: unknown) => unknown, failed: (error: unknown) => never): unknown;
}

/** A promise of whatever class the client was given. */
function isThenable(value: unknown): value is Thenable {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
