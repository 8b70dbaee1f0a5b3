import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { Scope } from "../base/span-sink.ts";
import { LooseSpan } from "./loose-span.ts";
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
  /** Nothing in this process can end it any more. Known only of spans that were let go. */
  readonly isUnreachable: boolean;
  /** Adds an event, as `Span` does. */
  addEvent(name: string, attributes?: Attributes): unknown;
}

/** An entry of the list. */
export interface ListedSpan extends OpenSpan {
  older: ListedSpan | undefined;
  newer: ListedSpan | undefined;
  readonly ended: boolean;
}

/**
 * The spans that have started and not ended, oldest first: a doubly linked list whose links are
 * fields of the spans, so that entering and leaving cost a few pointers and no allocation.
 */
export class OpenSpans {
  #oldest: ListedSpan | undefined;
  #newest: ListedSpan | undefined;
  /** Who stands for whom; undefined while nobody does. */
  #loose: WeakMap<RecordingSpan, LooseSpan> | undefined;
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
    const listed = this.#loose?.get(span) ?? span;
    if (listed.older === undefined) this.#oldest = listed.newer;
    else listed.older.newer = listed.newer;
    if (listed.newer === undefined) this.#newest = listed.older;
    else listed.newer.older = listed.older;
    listed.older = undefined;
    listed.newer = undefined;
    this.#count -= 1;
    if (servesRequest(span)) this.#requestCount -= 1;
  }

  /** Holds `span` no longer, so that it becomes known when nobody does; see {@link LooseSpan}. */
  letGo(span: OpenSpan): void {
    const found = this.#snapshot().find((listed) => listed === span);
    if (found === undefined || found instanceof LooseSpan) return;
    // What is in the list and stands for nobody is a span itself.
    const recording = found as RecordingSpan;
    const loose = new LooseSpan(recording);
    this.#loose ??= new WeakMap();
    this.#loose.set(recording, loose);
    if (loose.older === undefined) this.#oldest = loose;
    else loose.older.newer = loose;
    if (loose.newer === undefined) this.#newest = loose;
    else loose.newer.older = loose;
    recording.older = undefined;
    recording.newer = undefined;
  }

  /** Oldest first. Spans may start and end meanwhile: those that end are passed over. */
  *[Symbol.iterator](): IterableIterator<OpenSpan> {
    for (const span of this.#snapshot()) if (!span.ended) yield span;
  }

  #snapshot(): ListedSpan[] {
    const spans: ListedSpan[] = [];
    for (let span = this.#oldest; span !== undefined; span = span.newer) spans.push(span);
    return spans;
  }
}

function servesRequest({ kind }: OpenSpan): boolean {
  return kind === SpanKind.SERVER || kind === SpanKind.CONSUMER;
}
