import type { Span, SpanContext } from "@opentelemetry/api";
import { randomWord, spanIdHex } from "./ids.ts";
import type { TraceIdentity } from "./trace-identity.ts";

/**
 * A span of which nothing is kept: one that was sampled out, or the remote parent of spans here.
 * It takes part in propagation only, and its id is made when somebody asks for it.
 */
export class UnrecordedSpan implements Span {
  readonly trace: TraceIdentity;
  #spanContext: SpanContext | undefined;

  constructor(trace: TraceIdentity, spanContext?: SpanContext) {
    this.trace = trace;
    this.#spanContext = spanContext;
  }

  /** Whether the span belongs to another process. */
  get isRemote(): boolean {
    return this.#spanContext?.isRemote === true;
  }

  spanContext(): SpanContext {
    this.#spanContext ??= newSpanContext(this.trace);
    return this.#spanContext;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  end(): void {}

  isRecording(): boolean {
    return false;
  }

  recordException(): void {}

  [Symbol.dispose](): void {}
}

function newSpanContext({ traceId, flags, traceState }: TraceIdentity): SpanContext {
  let high = 0;
  let low = 0;
  while ((high | low) === 0) {
    high = randomWord();
    low = randomWord();
  }
  const spanContext = { traceId, spanId: spanIdHex(high, low), traceFlags: flags };
  return traceState === undefined ? spanContext : { ...spanContext, traceState };
}
