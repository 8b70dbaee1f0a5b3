/**
 * For instrumentations that end the span of a failed call without a word: the span is held open
 * until what they do with it has settled, so that the failure can be put on it.
 */
import type { Span, TimeInput } from "@opentelemetry/api";

/** Puts a failure on the span of what failed. */
export type SpanFailed = (span: Span, error: unknown) => void;

/** Runs `use`, which is given `span` and ends it. */
export function holdingSpan<T>(span: Span, use: (span: Span) => T, failed: SpanFailed): T {
  let isHeld = true;
  let end: (() => void) | undefined;
  const held = new Proxy(span, {
    get(target, key) {
      if (key === "end") {
        return (time?: TimeInput) => {
          if (isHeld) end = () => span.end(time);
          else span.end(time);
        };
      }
      const value: unknown = Reflect.get(target, key, target);
      // Methods of a class with private fields know only the span itself.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const release = (): void => {
    isHeld = false;
    end?.();
  };
  const fail = (error: unknown): never => {
    failed(span, error);
    release();
    throw error;
  };
  let result: T;
  try {
    result = use(held);
  } catch (error) {
    return fail(error);
  }
  if (!(result instanceof Promise)) {
    release();
    return result;
  }
  const settled = result.then((value: unknown) => {
    release();
    return value;
  }, fail);
  // A promise of the same.
  return settled as T;
}
