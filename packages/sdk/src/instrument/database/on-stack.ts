/**
 * What is being called now, for hooks of official instrumentations that are not told it: our
 * wrapper is outside of theirs, so it is known for the length of that synchronous call.
 */
export class OnStack<T> {
  current: T | undefined = undefined;

  /** Calls with `value` as the current one. */
  during<R>(value: T, call: () => R): R {
    const before = this.current;
    this.current = value;
    try {
      return call();
    } finally {
      this.current = before;
    }
  }
}
