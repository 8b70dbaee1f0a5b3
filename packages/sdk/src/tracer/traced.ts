/*
 * Spans around functions: ended when the function is done, with its error and a status.
 *
 * `startActiveSpan` of the API leaves all of that to its callback, and a span that nobody ends is
 * never sent.
 */
import {
  context as contextApi,
  type Exception,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { checkStarted } from "./never-started.ts";

/** The scope of spans that an application makes by `traced` without a tracer of its own. */
const OWN_SCOPE = "@spoor/sdk";

/**
 * Calls `fn` under a span of that name and returns what it returns.
 *
 * The span ends when the work does: at the return, when a promise settles, or when a generator is
 * through, each step of which runs under the span. A generator that is never read to its end
 * keeps its span open, which is what happened. An error is recorded, sets the status, and goes on
 * to the caller.
 *
 * @example
 * const receipt = await traced("charge card", async (span) => {
 *   span.setAttribute("order.id", order.id);
 *   return charge(order);
 * });
 */
export function traced<T>(name: string, fn: (span: Span) => T): T;
export function traced<T>(name: string, options: TracedOptions, fn: (span: Span) => T): T;
export function traced<T>(
  name: string,
  second: TracedOptions | ((span: Span) => T),
  third?: (span: Span) => T,
): T {
  const fn = typeof second === "function" ? second : third;
  if (fn === undefined) throw new TypeError("traced needs a function to call");
  const { tracer, ...options } = typeof second === "function" ? {} : second;
  // What the application returns is passed on, whatever happens to the span.
  return (tracer ?? trace.getTracer(OWN_SCOPE)).startActiveSpan(name, options, (span) => {
    checkStarted(span);
    try {
      return followed(span, fn(span));
    } catch (error) {
      endWith(span, error);
      throw error;
    }
  });
}

/** Options of a span, and who makes it. */
export interface TracedOptions extends SpanOptions {
  readonly tracer?: Tracer;
}

/** `result`, which ends the span now or later. */
function followed<T>(span: Span, result: T): T {
  if (isThenable(result)) {
    const settled = result.then(
      (value: unknown) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        endWith(span, error);
        throw error;
      },
    );
    // A promise of the same value.
    return settled as T;
  }
  // A generator behaves as before, with a span that ends with it.
  if (isGenerator(result)) return followGenerator(span, result) as T;
  span.end();
  return result;
}

/** The methods by which a generator is driven; those of an asynchronous one return promises. */
interface AnyGenerator {
  next(...values: unknown[]): unknown;
  return(value: unknown): unknown;
  throw(error: unknown): unknown;
}

/** A generator that runs each step in the context of the span, and ends it after the last. */
function followGenerator(span: Span, generator: AnyGenerator): AnyGenerator {
  const context = contextApi.active();
  const step = (run: () => unknown): unknown => {
    try {
      return afterStep(span, contextApi.with(context, run));
    } catch (error) {
      endWith(span, error);
      throw error;
    }
  };
  // The same object in all but its three methods: its prototype makes it iterable.
  return Object.assign(Object.create(Object.getPrototypeOf(generator)) as AnyGenerator, {
    next: (...values: unknown[]) => step(() => generator.next(...values)),
    return: (value: unknown) => step(() => generator.return(value)),
    throw: (error: unknown) => step(() => generator.throw(error)),
  });
}

function afterStep(span: Span, result: unknown): unknown {
  if (!isThenable(result)) {
    if (isDone(result)) span.end();
    return result;
  }
  return result.then(
    (value: unknown) => {
      if (isDone(value)) span.end();
      return value;
    },
    (error: unknown) => {
      endWith(span, error);
      throw error;
    },
  );
}

function endWith(span: Span, error: unknown): void {
  const exception = toException(error);
  span.recordException(exception);
  const message = typeof exception === "string" ? exception : exception.message;
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(message === undefined ? undefined : { message }),
  });
  span.end();
}

function toException(error: unknown): Exception {
  if (error instanceof Error) return error;
  return typeof error === "string" ? error : { name: typeof error, message: String(error) };
}

function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}

function isGenerator(value: unknown): value is AnyGenerator {
  if (typeof value !== "object" || value === null) return false;
  const tag: unknown = Reflect.get(value, Symbol.toStringTag);
  return tag === "Generator" || tag === "AsyncGenerator";
}

function isDone(result: unknown): boolean {
  return typeof result === "object" && result !== null && "done" in result && result.done === true;
}
