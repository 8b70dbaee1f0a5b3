/*
 * The logs API for the official instrumentations of pino, winston and bunyan, which send what is
 * logged to the registered provider. It is part of `@opentelemetry/api` since 1.10; before, it was
 * the package `@opentelemetry/api-logs`, which keeps its global under a symbol that every copy of
 * it knows, so that it need not be loaded.
 */
import * as api from "@opentelemetry/api";
import { type Context, context } from "@opentelemetry/api";
import type { AttributeValue } from "@spoor/trace";
import type { LogSender } from "./log-sender.ts";
import { lineOrigin } from "./trace-ids.ts";

/** `@opentelemetry/api-logs`, `internal/global-utils`. */
const GLOBAL_KEY: symbol = Symbol.for("io.opentelemetry.js.api.logs");
const API_VERSION = 1;

/** What a log library hands over; all of it may be missing. */
interface ApiLogRecord {
  readonly eventName?: string;
  readonly timestamp?: unknown;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly context?: Context;
}

/** What we use of the API's `logs`. */
interface LogsApi {
  setGlobalLoggerProvider(provider: object): boolean;
  disable(): void;
}

/** A logger of either logs API. */
export interface ApiLogger {
  emit(record: ApiLogRecord): void;
  enabled(): boolean;
}

/** A LoggerProvider of either logs API. */
export class SpoorLoggerProvider {
  readonly #sender: LogSender;

  constructor(sender: LogSender) {
    this.#sender = sender;
  }

  getLogger(name: string): ApiLogger {
    return { emit: (record) => this.#emit(name, record), enabled: () => true };
  }

  /** Registers this with both logs APIs. The answer undoes it. */
  register(): () => void {
    // Missing before 1.10, where a named import of it would fail.
    const { logs } = api as { readonly logs?: LogsApi };
    const isRegistered = logs?.setGlobalLoggerProvider(this) === true;
    const unregister = this.#registerOld();
    return () => {
      if (isRegistered) logs.disable();
      unregister();
    };
  }

  #registerOld(): () => void {
    if (Reflect.has(globalThis, GLOBAL_KEY)) return () => {};
    const getter = (version: number): unknown => (version === API_VERSION ? this : undefined);
    Reflect.set(globalThis, GLOBAL_KEY, getter);
    return () => {
      const isOurs = Reflect.get(globalThis, GLOBAL_KEY) === getter;
      if (isOurs) Reflect.deleteProperty(globalThis, GLOBAL_KEY);
    };
  }

  #emit(scopeName: string, record: ApiLogRecord): void {
    const attributes = new Map<string, AttributeValue>();
    for (const [key, value] of Object.entries(record.attributes ?? {})) {
      if (value !== undefined) attributes.set(key, toAttributeValue(value));
    }
    this.#sender.send({
      scopeName,
      severityNumber: record.severityNumber ?? 0,
      severityText: record.severityText ?? "",
      body: toAttributeValue(record.body ?? ""),
      origin: lineOrigin(record.context ?? context.active()),
      timeUnixNano: toUnixNano(record.timestamp),
      attributes,
      eventName: record.eventName,
    });
  }
}

/** Objects are logged as JSON, which a person can read and a query can search. */
function toAttributeValue(value: unknown): AttributeValue {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return value;
  }
  if (typeof value === "bigint" || value instanceof Uint8Array) return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

const NANO_PER_MS = 1_000_000;
const NANO_PER_SECOND = 1_000_000_000n;

/** A TimeInput: a Date, ms since the epoch, or seconds and ns. */
function toUnixNano(time: unknown): bigint | undefined {
  if (time instanceof Date) return BigInt(time.getTime()) * BigInt(NANO_PER_MS);
  if (typeof time === "number") return BigInt(Math.round(time * NANO_PER_MS));
  if (!Array.isArray(time) || time.length !== 2) return undefined;
  const [seconds, nano]: readonly unknown[] = time;
  if (typeof seconds !== "number" || typeof nano !== "number") return undefined;
  return BigInt(seconds) * NANO_PER_SECOND + BigInt(nano);
}
