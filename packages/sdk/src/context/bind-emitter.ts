/*
 * Makes the listeners of one event emitter run in a given context.
 *
 * An emitter calls its listeners in the context in which it emits, which for a pooled socket is
 * that of whoever uses it at the moment. The methods of this one emitter are replaced: those that
 * add a listener add a bound one, those that remove one find the bound one again.
 */
import type { EventEmitter } from "node:events";

type Listener = (...args: unknown[]) => unknown;

const ADDING = ["addListener", "on", "once", "prependListener", "prependOnceListener"] as const;
const REMOVING = ["removeListener", "off"] as const;

/** Binds what is added to `emitter` from now on with `bind`. */
export function bindEmitter(emitter: EventEmitter, bind: (listener: Listener) => Listener): void {
  const boundByEvent = new Map<string | symbol, WeakMap<Listener, Listener>>();
  // `once` wraps its listener and calls `on`, which must not wrap the wrapper: its listener could
  // not be removed any more.
  let isAdding = false;

  for (const method of ADDING) {
    const original = emitter[method];
    emitter[method] = function (this: EventEmitter, event: string | symbol, listener: Listener) {
      if (isAdding) return original.call(this, event, listener);
      const bound = bind(listener);
      let ofEvent = boundByEvent.get(event);
      if (ofEvent === undefined) boundByEvent.set(event, (ofEvent = new WeakMap()));
      ofEvent.set(listener, bound);
      isAdding = true;
      try {
        return original.call(this, event, bound);
      } finally {
        isAdding = false;
      }
    };
  }
  for (const method of REMOVING) {
    const original = emitter[method];
    emitter[method] = function (this: EventEmitter, event: string | symbol, listener: Listener) {
      return original.call(this, event, boundByEvent.get(event)?.get(listener) ?? listener);
    };
  }
  const removeAll: (...events: (string | symbol)[]) => EventEmitter =
    emitter.removeAllListeners.bind(emitter);
  emitter.removeAllListeners = (...events: (string | symbol)[]): EventEmitter => {
    if (events.length === 0) boundByEvent.clear();
    for (const event of events) boundByEvent.delete(event);
    return removeAll(...events);
  };
}
