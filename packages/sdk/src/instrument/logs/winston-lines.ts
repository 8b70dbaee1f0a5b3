/*
 * Lines of winston on their way to the server.
 *
 * The official instrumentation sends none by itself: it needs one more package, and without that it
 * says nothing to anybody. Here a line is taken where the logger has formatted it, once, whatever
 * transports there are; it is left out where the level of the logger leaves it out.
 *
 * Whose line it is say the ids that the instrumentation put on it when it was written. A logger
 * that is busy formats it later, in the context of whoever writes then.
 */
import { isSpanContextValid, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { guarded, type OnFailure } from "../base/guard.ts";
import type { ApiLogger } from "./logger-provider.ts";

const PATCHED: unique symbol = Symbol("spoor.winston");
/** Under which winston keeps the level that no format changes. */
const LEVEL: symbol = Symbol.for("level");

/** What we use of winston's Logger, which is a stream. */
interface WinstonLogger {
  _transform: (info: unknown, ...rest: unknown[]) => unknown;
  push: (chunk: unknown, ...rest: unknown[]) => boolean;
  readonly level?: string;
  readonly levels?: Readonly<Record<string, number>>;
  [PATCHED]?: true;
}

/** A line: as it was written, or as it was formatted. */
type Info = Readonly<Record<string | symbol, unknown>>;

/** Who sends lines for the running SDK. */
export interface WinstonLines {
  readonly logger: ApiLogger;
  readonly onFailure: OnFailure;
}

/** Of the running SDK. Classes are patched once per process, SDKs come and go. */
let active: WinstonLines | undefined;

/** Sets who sends the lines from now on; undefined for nobody. */
export function sendWinstonLines(lines: WinstonLines | undefined): void {
  active = lines;
}

/** Whether lines are sent. */
export function areWinstonLinesSent(): boolean {
  return active !== undefined;
}

/** OTLP's severity numbers of the levels of npm and of syslog; of others nothing is known. */
const SEVERITIES: Readonly<Record<string, number>> = {
  silly: 1,
  debug: 5,
  verbose: 6,
  http: 7,
  info: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  crit: 21,
  alert: 22,
  emerg: 23,
};

/** What has its own place in a log record. */
const OWN_KEYS = new Set(["level", "message", "trace_id", "span_id", "trace_flags"]);

/** Wraps the class of all loggers. */
export function patchWinston(exports: unknown): void {
  // What winston exports.
  const { Logger } = exports as { readonly Logger: { readonly prototype: WinstonLogger } };
  const { prototype } = Logger;
  if (Object.hasOwn(prototype, PATCHED)) return;
  const { _transform: transform, push } = prototype;
  let written: unknown;
  prototype._transform = function taken(this: WinstonLogger, info, ...rest): unknown {
    const before = written;
    written = info;
    try {
      return Reflect.apply(transform, this, [info, ...rest]);
    } finally {
      written = before;
    }
  };
  prototype.push = function formatted(this: WinstonLogger, chunk, ...rest): boolean {
    const lines = active;
    if (lines !== undefined && isInfo(chunk) && isInfo(written)) {
      const line = { written, formatted: chunk };
      guarded("winston", lines.onFailure, () => send(lines.logger, this, line));
    }
    return Reflect.apply(push, this, [chunk, ...rest]);
  };
  prototype[PATCHED] = true;
}

function isInfo(value: unknown): value is Info {
  return typeof value === "object" && value !== null;
}

interface Line {
  readonly written: Info;
  readonly formatted: Info;
}

function send(
  logger: ApiLogger,
  { level = "", levels = {} }: WinstonLogger,
  { written, formatted }: Line,
): void {
  const own = textOf(formatted[LEVEL] ?? written["level"]);
  // The lower the number, the more it matters.
  if ((levels[own] ?? 0) > (levels[level] ?? Number.POSITIVE_INFINITY)) return;
  const attributes = Object.entries(formatted).filter(([key]) => !OWN_KEYS.has(key));
  const spanContext = {
    traceId: textOf(written["trace_id"]),
    spanId: textOf(written["span_id"]),
    traceFlags: Number.parseInt(textOf(written["trace_flags"]), 16),
  };
  const isWithin = isSpanContextValid(spanContext);
  logger.emit({
    severityNumber: SEVERITIES[own] ?? 0,
    severityText: own,
    body: formatted["message"],
    attributes: Object.fromEntries(attributes),
    context: isWithin ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT,
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
