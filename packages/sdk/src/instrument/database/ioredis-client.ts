/*
 * A CLIENT span for every command of ioredis that is sent within another span.
 *
 * Where somebody asked for the official instrumentation of ioredis, it makes the span, and we add
 * the local port of the connection.
 */
import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import { isTracingSuppressed, spanOf } from "../../context/linked-context.ts";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded, type OnFailure } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { OnStack } from "./on-stack.ts";
import { redisStatement } from "./redis-statement.ts";

const WHERE = "ioredis.client";
const PATCHED: unique symbol = Symbol("spoor.ioredis.client");
const TRACED: unique symbol = Symbol("spoor.ioredis.command");

/** What we use of an ioredis client. */
export interface RedisClient {
  sendCommand: (...parts: unknown[]) => unknown;
  readonly stream?: {
    readonly localPort?: number;
    readonly localAddress?: string;
    readonly remoteAddress?: string;
    readonly remotePort?: number;
  };
  readonly options?: { readonly host?: string; readonly port?: number };
  readonly status?: string;
  duplicate(options: object): RedisClient & RedisConnection;
  [PATCHED]?: true;
}

/** What we use of an ioredis client of our own. */
export interface RedisConnection {
  connect(): Promise<unknown>;
  call(command: string, ...words: string[]): Promise<unknown>;
  disconnect(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What we use of a command of ioredis. */
interface RedisCommand {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly inTransaction?: boolean;
  readonly pipelineIndex?: number;
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
  [TRACED]?: true;
}

/** What the patch of ioredis needs. */
export interface RedisOptions {
  readonly tracer: Tracer;
  readonly onFailure: OnFailure;
  /** False where the official instrumentation makes the spans of commands. */
  readonly hasOwnSpans: boolean;
}

/** The options of the running SDK. Classes are patched once per process, SDKs come and go. */
let active: RedisOptions | undefined;

/** Sets for whom the patched clients work from now on; undefined lets them be. */
export function setRedisOptions(options: RedisOptions | undefined): void {
  active = options;
}

/** Whether `subject` is a client of ioredis. */
export function isRedisClient(subject: object): subject is RedisClient {
  return PATCHED in subject;
}

const sending = new OnStack<RedisClient>();

/** Wraps `sendCommand`. With the official instrumentation, call it after that has. */
export function patchRedisClient(prototype: RedisClient): void {
  if (Object.hasOwn(prototype, PATCHED)) return;
  const original = prototype.sendCommand;
  prototype.sendCommand = function sendCommand(this: RedisClient, ...parts): unknown {
    const options = active;
    if (options?.hasOwnSpans === true) {
      const span = beginCommand(this, parts[0], options);
      try {
        return Reflect.apply(original, this, parts);
      } catch (error) {
        if (span !== undefined) failCommand(span, error);
        throw error;
      }
    }
    return sending.during(this, () => Reflect.apply(original, this, parts));
  };
  prototype[PATCHED] = true;
}

/** What a client sends by itself when its connection is there. */
const GREETINGS: ReadonlySet<string> = new Set([
  "auth",
  "client",
  "hello",
  "info",
  "readonly",
  "select",
]);

/**
 * Starts the span of a command, which ends with its answer; undefined when it is not traced. What a
 * client sends by itself, and what it sends a second time after a reconnect, is no call of anybody.
 */
function beginCommand(
  client: RedisClient,
  command: unknown,
  { tracer, onFailure }: RedisOptions,
): Span | undefined {
  const caller = context.active();
  if (spanOf(caller) === undefined || isTracingSuppressed(caller)) return undefined;
  if (!isCommand(command) || command[TRACED] === true) return undefined;
  if (client.status !== "ready" && GREETINGS.has(command.name)) return undefined;
  try {
    const options = { kind: SpanKind.CLIENT, attributes: commandAttributes(client, command) };
    const span = tracer.startSpan(command.name, options, caller);
    setSubject(span, client);
    command[TRACED] = true;
    followCommand(span, command);
    return span;
  } catch (error) {
    onFailure(WHERE, error);
    return undefined;
  }
}

function isCommand(command: unknown): command is RedisCommand {
  return (
    typeof command === "object" &&
    command !== null &&
    "name" in command &&
    typeof command.name === "string" &&
    "args" in command &&
    Array.isArray(command.args)
  );
}

function commandAttributes(client: RedisClient, command: RedisCommand): Attributes {
  const { name, args } = command;
  const { host, port } = client.options ?? {};
  const attributes: Attributes = {
    [keys.dbSystemName]: "redis",
    [keys.dbOperationName]: sentAs(command),
    [keys.dbQueryText]: redisStatement(name, args),
  };
  if (host !== undefined) attributes[keys.serverAddress] = host;
  if (port !== undefined) attributes[keys.serverPort] = port;
  const localPort = client.stream?.localPort;
  if (localPort !== undefined) attributes[keys.networkLocalPort] = localPort;
  return attributes;
}

/** Semantic conventions: commands that are sent together say so. */
function sentAs({ name, inTransaction, pipelineIndex }: RedisCommand): string {
  if (name === "multi" || name === "exec") return name;
  if (inTransaction === true) return `MULTI ${name}`;
  return pipelineIndex === undefined ? name : `PIPELINE ${name}`;
}

function followCommand(span: Span, command: RedisCommand): void {
  const { resolve, reject } = command;
  command.resolve = (answer) => {
    span.end();
    resolve(answer);
  };
  command.reject = (error) => {
    failCommand(span, error);
    reject(error);
  };
}

function failCommand(span: Span, error: unknown): void {
  const failure = error instanceof Error ? error : new Error(String(error));
  span.setAttribute(keys.errorType, failure.name);
  span.recordException(failure);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
  span.end();
}

/** The hook for the configuration of the official instrumentation. */
export function redisHooks(onFailure: OnFailure): { requestHook(span: Span): void } {
  return {
    requestHook: (span) => {
      guarded(WHERE, onFailure, () => {
        const { current } = sending;
        if (current === undefined) return;
        setSubject(span, current);
        const port = current.stream?.localPort;
        if (port !== undefined) span.setAttribute(keys.networkLocalPort, port);
      });
    },
  };
}
