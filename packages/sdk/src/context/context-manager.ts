import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import {
  type Context,
  type ContextManagementToken,
  type ContextManager,
  ROOT_CONTEXT,
  type Span,
} from "@opentelemetry/api";
import { bindEmitter } from "./bind-emitter.ts";
import { LinkedContext } from "./linked-context.ts";

/** Carries the active context through callbacks and promises, by `AsyncLocalStorage`. */
export class SpoorContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  readonly #boundEmitters = new WeakSet<EventEmitter>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    // `run` calls without a receiver; the API lets the caller name one.
    const call = thisArg === undefined || thisArg === null ? fn : fn.bind(thisArg);
    return this.#storage.run(context, call, ...args);
  }

  /** Calls `fn` with the span, which is the active one meanwhile. */
  withSpan<T>(context: Context, span: Span, fn: (span: Span) => T): T {
    return this.#storage.run(LinkedContext.on(context).withSpan(span), fn, span);
  }

  /**
   * Makes `context` the active one from here on in this asynchronous execution, until the token is
   * disposed of. A token that is disposed of twice does nothing the second time.
   */
  attach(context: Context): ContextManagementToken {
    const before = this.active();
    let isDisposed = false;
    this.#storage.enterWith(context);
    return {
      dispose: () => {
        if (isDisposed) return;
        isDisposed = true;
        this.#storage.enterWith(before);
      },
    };
  }

  /** A function or event emitter whose callbacks run in `context`; anything else as it is. */
  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter) {
      // The context of the first call stays: listeners that are bound twice could not be removed.
      if (!this.#boundEmitters.has(target)) {
        this.#boundEmitters.add(target);
        bindEmitter(target, (listener) => this.#bound(context, listener));
      }
      return target;
    }
    if (typeof target !== "function") return target;
    // A function of the same shape: the compiler cannot know that.
    return this.#bound(context, target as (...args: unknown[]) => unknown) as T;
  }

  #bound(context: Context, target: (...args: unknown[]) => unknown): typeof target {
    const storage = this.#storage;
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return storage.run(context, Reflect.apply, target, this, args);
    };
    const { length } = target;
    // Express tells handlers of errors from others by the number of parameters. It has none now:
    // most listeners have none, and this would be the most expensive part of binding them.
    if (length > 0) Object.defineProperty(bound, "length", { value: length, configurable: true });
    return bound;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
