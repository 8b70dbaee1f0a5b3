/*
 * A context that costs one small object for each value set, where the one of the API copies a map.
 *
 * The active span and whether tracing is suppressed are fields, because they are read for every
 * span. Other values form a list, newest first. Setting a span replaces the span, so a chain of
 * jobs that each start a span under the last one does not grow; the list of values is rebuilt
 * without what is hidden when it grows long, for the same reason.
 */
import { type Context, createContextKey, ROOT_CONTEXT, type Span } from "@opentelemetry/api";

/** The key under which the API keeps the active span. */
const SPAN_KEY: symbol = createContextKey("OpenTelemetry Context Key SPAN");

/** The key by which exporters keep their own requests from being traced. */
const SUPPRESS_TRACING_KEY: symbol = createContextKey(
  "OpenTelemetry SDK Context Key SUPPRESS_TRACING",
);

/** How long the list of values may get before it is rebuilt without what is hidden. */
const VALUE_COUNT_REBUILT = 16;

/** Values on top of a foreign context, newest first. */
interface ContextValue {
  readonly key: symbol;
  readonly value: unknown;
  readonly next: ContextValue | undefined;
  readonly count: number;
}

/** A context of Spoor, possibly on top of a context of the API. */
export class LinkedContext implements Context {
  readonly span: Span | undefined;
  readonly isSuppressed: boolean;
  readonly #values: ContextValue | undefined;
  /** Answers what no value answers. */
  readonly #base: Context;

  private constructor(base: Context, values: ContextValue | undefined, fields: ContextFields) {
    this.#base = base;
    this.#values = values;
    this.span = fields.span;
    this.isSuppressed = fields.isSuppressed;
  }

  /** `context` itself, or a context of Spoor on top of it. */
  static on(context: Context): LinkedContext {
    if (context instanceof LinkedContext) return context;
    return new LinkedContext(context, undefined, {
      span: spanOf(context),
      isSuppressed: context.getValue(SUPPRESS_TRACING_KEY) === true,
    });
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    if (key === SUPPRESS_TRACING_KEY) return this.isSuppressed || undefined;
    for (let value = this.#values; value !== undefined; value = value.next) {
      if (value.key === key) return value.value;
    }
    return this.#base.getValue(key);
  }

  setValue(key: symbol, value: unknown): LinkedContext {
    if (key === SPAN_KEY) {
      // What lies under the span key is a span: only the API writes there.
      return this.withSpan(value as Span | undefined);
    }
    const { span } = this;
    if (key === SUPPRESS_TRACING_KEY) {
      const fields = { span, isSuppressed: value === true };
      return new LinkedContext(this.#base, this.#values, fields);
    }
    return new LinkedContext(this.#base, pushed(this.#values, key, value), this);
  }

  deleteValue(key: symbol): LinkedContext {
    return this.setValue(key, undefined);
  }

  /** This context with another active span. */
  withSpan(span: Span | undefined): LinkedContext {
    const { isSuppressed } = this;
    return new LinkedContext(this.#base, this.#values, { span, isSuppressed });
  }
}

interface ContextFields {
  readonly span: Span | undefined;
  readonly isSuppressed: boolean;
}

/** The active span of any context. */
export function spanOf(context: Context): Span | undefined {
  if (context instanceof LinkedContext) return context.span;
  if (context === ROOT_CONTEXT) return undefined;
  // What lies under the span key is a span: only the API writes there.
  return context.getValue(SPAN_KEY) as Span | undefined;
}

/** Whether spans started in this context are not wanted. */
export function isTracingSuppressed(context: Context): boolean {
  if (context instanceof LinkedContext) return context.isSuppressed;
  if (context === ROOT_CONTEXT) return false;
  return context.getValue(SUPPRESS_TRACING_KEY) === true;
}

/** `context` in which no span is recorded. */
export function suppressTracing(context: Context): Context {
  return LinkedContext.on(context).setValue(SUPPRESS_TRACING_KEY, true);
}

function pushed(values: ContextValue | undefined, key: symbol, value: unknown): ContextValue {
  const count = (values?.count ?? 0) + 1;
  if (count <= VALUE_COUNT_REBUILT) return { key, value, next: values, count };
  const newest = new Map<symbol, unknown>([[key, value]]);
  for (let old = values; old !== undefined; old = old.next) {
    if (!newest.has(old.key)) newest.set(old.key, old.value);
  }
  let rebuilt: ContextValue | undefined;
  for (const [oldKey, oldValue] of [...newest].toReversed()) {
    rebuilt = { key: oldKey, value: oldValue, next: rebuilt, count: 1 };
  }
  // Counted from here on: with more than 16 keys in use, the next push must not rebuild again.
  return { key, value, next: rebuilt?.next, count: 1 };
}
