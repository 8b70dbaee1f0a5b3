import {
  type Attributes,
  type AttributeValue,
  diag,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from "@opentelemetry/api";
import { keys } from "@spoor/trace/keys";
import { hexWord, type IdGenerator, randomWord, spanIdHex } from "../base/ids.ts";
import { type ClockAnchor, hrTimeAt, hrTimeOf, isTimeInput } from "../base/span-clock.ts";
import type { Scope } from "../base/span-sink.ts";
import { SAMPLED_FLAG } from "../base/trace-flags.ts";
import type { TraceIdentity } from "../base/trace-identity.ts";
import { ParentBit, type SpanStart } from "../sampling/sampler.ts";
import { AttributeList } from "./attribute-list.ts";
import { makeInspectable, spanFields } from "./inspect.ts";
import type { ListedSpan } from "./open-spans.ts";
import { readableEvent, readableLink, subtractTimes, unixNanoOf } from "./readable-parts.ts";
import type { RecordedEvent, RecordedLink } from "./recorded-parts.ts";
import type { SpanHost } from "./span-host.ts";
import type { ReadableSpan, TimedEvent } from "./span-processor.ts";

const NO_CONTENT: Attributes = {};

/**
 * A span that is kept: written as OTLP bytes when it ends, and let go.
 *
 * The fields that are not part of the API are for the encoder, which reads them once; who wants to
 * read a span uses the getters of `ReadableSpan`, which build what they return.
 */
export class RecordingSpan implements Span, ReadableSpan, ListedSpan {
  static {
    makeInspectable(RecordingSpan, spanFields);
  }

  readonly host: SpanHost;
  readonly trace: TraceIdentity;
  readonly anchor: ClockAnchor;
  readonly kind: SpanKind;
  /** Bits of `ParentBit`. */
  readonly parentBits: number;
  readonly parentHigh: number;
  readonly parentLow: number;
  readonly idHigh: number;
  readonly idLow: number;
  /** On the monotonic clock; where a time was given, that one counts. */
  readonly startMs: number;
  readonly givenStart: HrTime | undefined;
  endMs = 0;
  givenEnd: HrTime | undefined = undefined;
  name: string;
  ended = false;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage = "";
  attributeList: AttributeList | undefined = undefined;
  eventList: RecordedEvent[] | undefined = undefined;
  linkList: RecordedLink[] | undefined = undefined;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  /** Neighbours in the list of open spans. */
  older: ListedSpan | undefined = undefined;
  newer: ListedSpan | undefined = undefined;
  /** Set by instrumentations; let go when the span ends. */
  subject: object | undefined = undefined;
  #spanContext: SpanContext | undefined = undefined;
  #parentSpanContext: SpanContext | undefined = undefined;

  /** `parent` is what `start` was asked about; `generator` makes the id instead of us. */
  constructor(
    host: SpanHost,
    start: SpanStart,
    trace: TraceIdentity,
    parent: Span | undefined,
    generator: IdGenerator | undefined,
  ) {
    this.host = host;
    this.trace = trace;
    this.parentBits = parent === undefined ? 0 : start.parent;
    let parentHigh = 0;
    let parentLow = 0;
    if (this.parentBits !== 0 && parent instanceof RecordingSpan) {
      parentHigh = parent.idHigh;
      parentLow = parent.idLow;
    } else if (this.parentBits !== 0 && parent !== undefined) {
      const { spanId } = parent.spanContext();
      parentHigh = hexWord(spanId, 0);
      parentLow = hexWord(spanId, 8);
    }
    this.parentHigh = parentHigh;
    this.parentLow = parentLow;
    let idHigh = 0;
    let idLow = 0;
    // An id of zero means no span.
    while ((idHigh | idLow) === 0) {
      idHigh = randomWord();
      idLow = randomWord();
    }
    if (generator !== undefined) {
      const spanId = generator.generateSpanId();
      idHigh = hexWord(spanId, 0);
      idLow = hexWord(spanId, 8);
    }
    this.idHigh = idHigh;
    this.idLow = idLow;
    this.name = textOf(start.name);
    this.kind = start.kind;
    const nowMs = host.clock.nowMs();
    trace.parse();
    trace.anchor ??= host.clock.anchorAt(nowMs);
    this.anchor = trace.anchor;
    this.startMs = nowMs;
    const startTime = start.options?.startTime;
    this.givenStart = startTime === undefined ? undefined : hrTimeOf(startTime, this.anchor);
  }

  spanContext(): SpanContext {
    this.#spanContext ??= this.#newSpanContext();
    return this.#spanContext;
  }

  setAttribute(key: string, value?: AttributeValue): this {
    if (this.#isClosed("setAttribute")) return this;
    this.attributeList ??= new AttributeList();
    this.attributeList.set(key, value, this.host.spanRules);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#isClosed("setAttributes") || !isObject(attributes)) return this;
    if (this.attributeList === undefined) {
      this.attributeList = AttributeList.of(attributes, this.host.spanRules);
      return this;
    }
    for (const key of Object.keys(attributes)) {
      this.attributeList.set(key, attributes[key], this.host.spanRules);
    }
    return this;
  }

  addEvent(name: string, content?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#isClosed("addEvent")) return this;
    const { eventCountLimit } = this.host.limits;
    const events = (this.eventList ??= []);
    if (events.length >= eventCountLimit) {
      if (this.droppedEventsCount === 0) diag.debug("Dropping extra events.");
      this.droppedEventsCount += 1;
      this.host.counts.losses.count("event_count");
      if (eventCountLimit <= 0) return this;
      // What happened last is what one looks for: the oldest makes room.
      events.shift();
    }
    const isTime = isTimeInput(content);
    const givenTime = isTimeInput(time) ? time : isTime ? content : undefined;
    events.push({
      name: textOf(name),
      atMs: this.host.clock.nowMs(),
      givenTime: givenTime === undefined ? undefined : hrTimeOf(givenTime, this.anchor),
      attributeList:
        isTime || !isObject(content) ? undefined : AttributeList.of(content, this.host.eventRules),
    });
    return this;
  }

  addLink(link: Link): this {
    if (this.#isClosed("addLink")) return this;
    const { linkCountLimit } = this.host.limits;
    const links = (this.linkList ??= []);
    if (links.length >= linkCountLimit) {
      this.droppedLinksCount += 1;
      this.host.counts.losses.count("link_count");
      if (linkCountLimit <= 0) return this;
      links.shift();
    }
    const { context, attributes } = link;
    const attributeList = isObject(attributes)
      ? AttributeList.of(attributes, this.host.linkRules)
      : undefined;
    links.push({ context, attributeList });
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** OK is final, UNSET changes nothing, and only an error has a message. */
  setStatus({ code, message }: SpanStatus): this {
    if (this.#isClosed("setStatus")) return this;
    const isKnown = code === SpanStatusCode.OK || code === SpanStatusCode.ERROR;
    if (!isKnown || this.statusCode === SpanStatusCode.OK) return this;
    this.statusCode = code;
    this.statusMessage = code === SpanStatusCode.ERROR ? this.#statusText(message) : "";
    return this;
  }

  updateName(name: string): this {
    if (!this.#isClosed("updateName")) this.name = textOf(name);
    return this;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  /** Adds an `exception` event. The status stays as it is: an exception may have been handled. */
  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = exceptionAttributes(exception);
    if (attributes === undefined) {
      diag.warn("an exception without a type and a message was not recorded");
      return;
    }
    this.addEvent("exception", attributes, time);
  }

  end(endTime?: TimeInput): void {
    if (this.#isClosed("end")) return;
    const { host } = this;
    try {
      this.#setEnd(endTime);
      if (host.processors.length > 0) this.#tellProcessors("onEnding");
      if (this.droppedEventsCount > 0) {
        diag.warn(`Dropped ${this.droppedEventsCount} events because eventCountLimit reached`);
      }
      this.ended = true;
      host.counts.spansEnded += 1;
      host.openSpans.remove(this);
      if ((this.trace.flags & SAMPLED_FLAG) !== 0) host.writer.write(this);
    } catch (error) {
      host.counts.losses.count("span_not_encoded");
      host.onError(error);
    }
    if (host.processors.length > 0) this.#tellProcessors("onEnd");
    else this.#release();
    host.watch.observer?.spanEnded?.(this);
  }

  [Symbol.dispose](): void {
    if (!this.ended) this.end();
  }

  /** Remembers the parent for readers, who get its exact context. */
  set parentSpanContext(spanContext: SpanContext | undefined) {
    this.#parentSpanContext = spanContext;
  }

  get parentSpanContext(): SpanContext | undefined {
    if (!this.hasParent) return undefined;
    const { traceId, flags } = this.trace;
    this.#parentSpanContext ??= {
      traceId,
      spanId: this.parentSpanId,
      traceFlags: flags,
      isRemote: this.isParentRemote,
    };
    return this.#parentSpanContext;
  }

  get hasParent(): boolean {
    return this.parentBits !== 0;
  }

  get isParentRemote(): boolean {
    return (this.parentBits & ParentBit.remote) !== 0;
  }

  get traceId(): string {
    return this.trace.traceId;
  }

  get spanId(): string {
    return this.spanContext().spanId;
  }

  get parentSpanId(): string {
    return this.hasParent ? spanIdHex(this.parentHigh, this.parentLow) : "";
  }

  get scope(): Scope {
    return this.host.scope;
  }

  get isSampled(): boolean {
    return (this.trace.flags & SAMPLED_FLAG) !== 0;
  }

  /** Whoever holds it can. */
  get isUnreachable(): boolean {
    return false;
  }

  get ageMs(): number {
    return this.host.clock.nowMs() - this.startMs;
  }

  get startUnixNano(): bigint {
    return unixNanoOf(this.startTime);
  }

  get startTime(): HrTime {
    return this.givenStart ?? hrTimeAt(this.anchor, this.startMs);
  }

  /** [0, 0] as long as the span is open. */
  get endTime(): HrTime {
    if (this.endMs === 0) return [0, 0];
    return this.givenEnd ?? hrTimeAt(this.anchor, this.endMs);
  }

  /** [-1, -1] as long as the span is open. */
  get duration(): HrTime {
    return this.endMs === 0 ? [-1, -1] : subtractTimes(this.endTime, this.startTime);
  }

  get status(): SpanStatus {
    const code = this.statusCode;
    return this.statusMessage === "" ? { code } : { code, message: this.statusMessage };
  }

  get attributes(): Attributes {
    return this.attributeList?.toObject() ?? { ...NO_CONTENT };
  }

  get events(): TimedEvent[] {
    return this.eventList?.map((event) => readableEvent(event, this.anchor)) ?? [];
  }

  get links(): Link[] {
    return this.linkList?.map(readableLink) ?? [];
  }

  get droppedAttributesCount(): number {
    return this.attributeList?.droppedCount ?? 0;
  }

  get resource(): ReadableSpan["resource"] {
    return this.host.resource;
  }

  get instrumentationScope(): ReadableSpan["instrumentationScope"] {
    return this.host.readableScope;
  }

  #newSpanContext(): SpanContext {
    const { traceId, flags, traceState } = this.trace;
    const spanId = spanIdHex(this.idHigh, this.idLow);
    const spanContext = { traceId, spanId, traceFlags: flags };
    return traceState === undefined ? spanContext : { ...spanContext, traceState };
  }

  #statusText(message: unknown): string {
    if (typeof message === "string") return message;
    if (message !== undefined && message !== null) {
      diag.warn(`Dropping invalid status.message of type '${typeof message}', expected 'string'`);
    }
    return "";
  }

  /** Never before the start: a clock that the application read itself may be set back. */
  #setEnd(endTime: TimeInput | undefined): void {
    this.endMs = this.host.clock.nowMs();
    this.givenEnd = endTime === undefined ? undefined : hrTimeOf(endTime, this.anchor);
    if (this.givenStart === undefined && this.givenEnd === undefined) return;
    if (unixNanoOf(this.endTime) >= unixNanoOf(this.startTime)) return;
    diag.warn(`the span "${this.name}" ended before it started: its duration is set to 0`);
    this.givenEnd = this.startTime;
  }

  #tellProcessors(method: "onEnding" | "onEnd"): void {
    for (const processor of this.host.processors) {
      try {
        processor[method]?.(this);
      } catch (error) {
        this.host.onError(error);
      }
    }
  }

  /** A span that is still held, by a closure or a context, keeps nothing alive. */
  #release(): void {
    this.subject = undefined;
    this.attributeList = undefined;
    this.eventList = undefined;
    this.linkList = undefined;
  }

  #isClosed(method: string): boolean {
    if (!this.ended) return false;
    this.host.counts.callsAfterEnd += 1;
    const ids = `{traceId: ${this.traceId}, spanId: ${this.spanId}}`;
    // These words and those of the other warnings are what users of other SDKs search for.
    diag.warn(
      `Cannot execute the operation on ended Span ${ids}`,
      new Error(`${method} on ended Span`),
    );
    return true;
  }
}

/** Says what `span` is about, for whoever asks why it does not end. Costs one write. */
export function setSubject(span: Span, subject: object): void {
  if (span instanceof RecordingSpan && !span.ended) span.subject = subject;
}

function exceptionAttributes(exception: Exception): Attributes | undefined {
  if (typeof exception === "string") return { [keys.exceptionMessage]: exception };
  if (!isObject(exception)) return undefined;
  const { code, name, message, stack } = exception;
  const type = code === undefined || code === "" || code === 0 ? name : String(code);
  if (!type && !message) return undefined;
  return {
    ...(type ? { [keys.exceptionType]: type } : undefined),
    ...(message ? { [keys.exceptionMessage]: message } : undefined),
    ...(stack ? { [keys.exceptionStacktrace]: stack } : undefined),
  };
}

/** A name; callers in JavaScript may give anything. */
function textOf(name: unknown): string {
  return typeof name === "string" ? name : String(name);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
