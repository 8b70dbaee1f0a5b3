import type { SpanContext, TraceState } from "@opentelemetry/api";
import { hexWord, randomWord, traceIdHex } from "./ids.ts";
import type { ClockAnchor } from "./span-clock.ts";

/**
 * What the spans of one trace in this process have in common: the id, the flags, the trace state,
 * and the clock anchor, so that a child never seems to start before its parent.
 *
 * An id that was made here is four words, and text only when somebody asks; one that came from
 * elsewhere is text, and words only when a span of it is recorded.
 */
export class TraceIdentity {
  /** Not changed any more once a span has the trace. */
  flags: number;
  traceState: TraceState | undefined;
  /** Set when the first span of the trace in this process is recorded. */
  anchor: ClockAnchor | undefined;
  /** The four words, most significant first; call `parse` before reading them. */
  a: number;
  b: number;
  c: number;
  d: number;
  /** Empty until somebody asks, where the words were there first. */
  #hex: string;

  constructor(hex: string, flags: number, traceState: TraceState | undefined) {
    this.flags = flags;
    this.traceState = traceState;
    this.anchor = undefined;
    this.a = 0;
    this.b = 0;
    this.c = 0;
    this.d = 0;
    this.#hex = hex;
  }

  /** A new random trace. */
  static random(flags: number): TraceIdentity {
    const trace = new TraceIdentity("", flags, undefined);
    while (!trace.#hasWords()) {
      trace.a = randomWord();
      trace.b = randomWord();
      trace.c = randomWord();
      trace.d = randomWord();
    }
    return trace;
  }

  /** The trace of a span context that was found valid. */
  static of({ traceId, traceFlags, traceState }: SpanContext): TraceIdentity {
    return new TraceIdentity(traceId, traceFlags, traceState);
  }

  /** The same trace with other flags or another trace state; itself when they are the same. */
  with(flags: number, traceState: TraceState | undefined): TraceIdentity {
    if (flags === this.flags && traceState === this.traceState) return this;
    const trace = new TraceIdentity(this.#hex, flags, traceState);
    trace.anchor = this.anchor;
    trace.a = this.a;
    trace.b = this.b;
    trace.c = this.c;
    trace.d = this.d;
    return trace;
  }

  /** The trace id as 32 lower-case hexadecimal digits. */
  get traceId(): string {
    if (this.#hex === "") this.#hex = traceIdHex(this.a, this.b, this.c, this.d);
    return this.#hex;
  }

  /** The trace state as it stands in a header; empty when there is none. */
  get traceStateText(): string {
    return this.traceState === undefined ? "" : this.traceState.serialize();
  }

  /** Makes the words readable. */
  parse(): void {
    if (this.#hasWords()) return;
    this.a = hexWord(this.#hex, 0);
    this.b = hexWord(this.#hex, 8);
    this.c = hexWord(this.#hex, 16);
    this.d = hexWord(this.#hex, 24);
  }

  /** A trace id of zero does not exist: it stands for words that were not parsed yet. */
  #hasWords(): boolean {
    return (this.a | this.b | this.c | this.d) !== 0;
  }
}
