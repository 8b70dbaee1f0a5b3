import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { Scope } from "../base/span-sink.ts";
import type { RecordingSpan } from "./recording-span.ts";

/** A span that has not ended, as those who watch see it. */
export interface OpenSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: Scope;
  readonly startUnixNano: bigint;
  /** How long it has been open by the monotonic clock. */
  readonly ageMs: number;
  /** A copy of what was set so far. */
  readonly attributes: Attributes;
  readonly isSampled: boolean;
  /** What the span is about: a request, a client. For whoever asks why it does not end. */
  readonly subject: object | undefined;
  /** Adds an event, as `Span` does. */
  addEvent(name: string, attributes?: Attributes): unknown;
}

/**
 * The spans that have started and not ended, oldest first: a doubly linked list whose links are
 * fields of the spans, so that entering and leaving cost a few pointers and no allocation.
 */
export class OpenSpans {
  #oldest: RecordingSpan | undefined;
  #newest: RecordingSpan | undefined;
  #count = 0;
  #requestCount = 0;

  /** How long the oldest one is open, in ms; 0 when none is. Costs one look. */
  get oldestAgeMs(): number {
    return this.#oldest?.ageMs ?? 0;
  }

  /** How many spans are open. */
  get count(): number {
    return this.#count;
  }

  /** How many of them serve a request or a message. */
  get requestCount(): number {
    return this.#requestCount;
  }

  add(span: RecordingSpan): void {
    span.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = span;
    else this.#newest.newer = span;
    this.#newest = span;
    this.#count += 1;
    if (servesRequest(span)) this.#requestCount += 1;
  }

  remove(span: RecordingSpan): void {
    if (span.older === undefined) this.#oldest = span.newer;
    else span.older.newer = span.newer;
    if (span.newer === undefined) this.#newest = span.older;
    else span.newer.older = span.older;
    span.older = undefined;
    span.newer = undefined;
    this.#count -= 1;
    if (servesRequest(span)) this.#requestCount -= 1;
  }

  /** Oldest first. Spans may start and end meanwhile: those that end are passed over. */
  *[Symbol.iterator](): IterableIterator<RecordingSpan> {
    for (const span of this.#snapshot()) if (!span.ended) yield span;
  }

  #snapshot(): RecordingSpan[] {
    const spans: RecordingSpan[] = [];
    for (let span = this.#oldest; span !== undefined; span = span.newer) spans.push(span);
    return spans;
  }
}

function servesRequest({ kind }: RecordingSpan): boolean {
  return kind === SpanKind.SERVER || kind === SpanKind.CONSUMER;
}
