/*
 * Beside the official instrumentation of ioredis: the local port of the connection. As with pg, its
 * hook has the span but not the client, and our wrapper is outside of its wrapper.
 */
import type { Span } from "@opentelemetry/api";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded, type OnFailure } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";

const WHERE = "ioredis.client";
const PATCHED: unique symbol = Symbol("spoor.ioredis.client");

/** What we use of an ioredis client. */
export interface RedisClient {
  sendCommand: (...parts: unknown[]) => unknown;
  readonly stream?: {
    readonly localPort?: number;
    readonly localAddress?: string;
    readonly remoteAddress?: string;
    readonly remotePort?: number;
  };
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

/** Whether `subject` is a client of ioredis. */
export function isRedisClient(subject: object): subject is RedisClient {
  return PATCHED in subject;
}

/** The client whose `sendCommand` is on the stack. */
let current: RedisClient | undefined;

/** Sets it, and answers which one it was before. */
function enter(client: RedisClient | undefined): RedisClient | undefined {
  const before = current;
  current = client;
  return before;
}

/** Wraps the client's `sendCommand`. Call it after the official instrumentation has. */
export function patchRedisClient(prototype: RedisClient): void {
  if (Object.hasOwn(prototype, PATCHED)) return;
  const original = prototype.sendCommand;
  prototype.sendCommand = function sendCommand(this: RedisClient, ...parts): unknown {
    const before = enter(this);
    try {
      return Reflect.apply(original, this, parts);
    } finally {
      enter(before);
    }
  };
  prototype[PATCHED] = true;
}

/** The hook for the configuration of the official instrumentation. */
export function redisHooks(onFailure: OnFailure): { requestHook(span: Span): void } {
  return {
    requestHook: (span) => {
      guarded(WHERE, onFailure, () => {
        if (current === undefined) return;
        setSubject(span, current);
        const port = current.stream?.localPort;
        if (port !== undefined) span.setAttribute(keys.networkLocalPort, port);
      });
    },
  };
}
