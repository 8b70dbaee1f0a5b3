/*
 * Tells calls that lost their context from work that never had one.
 *
 * Both look alike: a CLIENT span without a parent while this process serves a request. A job on a
 * timer, a consumer's loop and a driver's heartbeat do that all day, and are in order. The
 * difference is when they do it. A job runs whether or not somebody is being served; a call that
 * belongs to a request runs only then.
 *
 * How:
 * 1. Parentless calls are counted by the place in the application that makes them. One that was
 *    seen while nobody was served is background work, for good.
 * 2. Since the first call of a place, the share of time in which the process served anybody is
 *    measured. Time before says nothing: the job may not have been started yet.
 * 3. However many calls fall into one stretch of served time, they count as one: those of a job
 *    that runs often are not independent of each other.
 * 4. Were a place independent of requests, n stretches would all be served ones with the
 *    probability share^n. Below one in a million it is called lost.
 *
 * What fetches messages is left out: it belongs to nobody, and where a process sends to itself,
 * there is something to fetch just when somebody is served.
 *
 * Limits: a process that never rests tells nothing apart and reports nothing. A place that loses
 * its context and also runs by itself counts as background work.
 */
import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { Clock } from "@spoor/trace";
import { keys } from "@spoor/trace/keys";
import { applicationFrame, currentStack } from "./call-site.ts";
import type { Findings } from "./findings.ts";

/** The chance of a false alarm that is accepted, per place. */
const CHANCE_MAX = 1e-6;
/** However idle a process is, the share is not believed to be lower than this. */
const SHARE_MIN = 0.05;
/** Places that are told apart. Beyond it the process is beyond this kind of help. */
const PLACE_COUNT_MAX = 500;
/** A place is known to be lost or not long before; its stacks are not read for ever. */
const LOOKS_MAX = 200;

/** What a detector reads of a span. */
export interface WatchedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly hasParent: boolean;
  readonly traceId: string;
  readonly spanId: string;
  readonly scope: { readonly name: string };
  readonly attributes: Attributes;
}

interface Place {
  /** Stretches of served time in which it was seen, after the one in which it was first seen. */
  count: number;
  /** The last of them. */
  stretch: number;
  /** When it was first seen, and how long anybody had been served by then, in ms. */
  readonly firstMs: number;
  readonly firstServedMs: number;
  looks: number;
  isBackground: boolean;
}

/** Watches the CLIENT spans of one process. */
export class ContextLossDetector {
  readonly #clock: Clock;
  readonly #findings: Findings;
  readonly #places = new Map<string, Place>();
  #servedCount = 0;
  #servedSinceMs = 0;
  #servedMs = 0;
  /** Counts the stretches of time in which somebody is served. */
  #stretch = 0;

  constructor(options: { readonly clock: Clock; readonly findings: Findings }) {
    this.#clock = options.clock;
    this.#findings = options.findings;
  }

  spanStarted(span: WatchedSpan): void {
    if (isServing(span)) {
      if (this.#servedCount === 0) {
        this.#servedSinceMs = this.#clock.monotonicMs();
        this.#stretch += 1;
      }
      this.#servedCount += 1;
    } else if (!span.hasParent && span.kind === SpanKind.CLIENT && !isFetching(span)) {
      this.#look(span);
    }
  }

  spanEnded(span: WatchedSpan): void {
    if (!isServing(span)) return;
    this.#servedCount -= 1;
    if (this.#servedCount > 0) return;
    this.#servedMs += this.#clock.monotonicMs() - this.#servedSinceMs;
  }

  #look(span: WatchedSpan): void {
    // Without a request nothing is lost; but a place that runs now is known from now on.
    const isServed = this.#servedCount > 0;
    if (!isServed && this.#places.size === 0) return;
    const site = applicationFrame(currentStack());
    const key = `${span.scope.name}\n${span.name}\n${site}`;
    const place = this.#place(key);
    if (place === undefined || place.isBackground || place.looks >= LOOKS_MAX) return;
    place.looks += 1;
    if (!isServed) {
      place.isBackground = true;
      return;
    }
    if (place.stretch !== this.#stretch) {
      place.stretch = this.#stretch;
      place.count += 1;
    }
    if (this.#shareSince(place) ** place.count >= CHANCE_MAX) return;
    this.#findings.report({
      code: "context_lost",
      subject: site === "" ? span.name : site,
      severity: "warning",
      sentence: sentence(span, site),
      traceId: span.traceId,
      spanId: span.spanId,
      evidence: new Map([
        ["span.name", span.name],
        ["otel.scope.name", span.scope.name],
      ]),
    });
  }

  #place(key: string): Place | undefined {
    let place = this.#places.get(key);
    if (place === undefined && this.#places.size < PLACE_COUNT_MAX) {
      place = {
        count: 0,
        stretch: this.#stretch,
        firstMs: this.#clock.monotonicMs(),
        firstServedMs: this.#servedTotalMs(),
        looks: 0,
        isBackground: false,
      };
      this.#places.set(key, place);
    }
    return place;
  }

  /** The share of time in which somebody was served, since `place` was first seen. */
  #shareSince({ firstMs, firstServedMs }: Place): number {
    const elapsedMs = Math.max(1, this.#clock.monotonicMs() - firstMs);
    const share = (this.#servedTotalMs() - firstServedMs) / elapsedMs;
    return Math.min(1, Math.max(SHARE_MIN, share));
  }

  #servedTotalMs(): number {
    const current = this.#servedCount > 0 ? this.#clock.monotonicMs() - this.#servedSinceMs : 0;
    return this.#servedMs + current;
  }
}

function isServing({ kind }: WatchedSpan): boolean {
  return kind === SpanKind.SERVER || kind === SpanKind.CONSUMER;
}

/** A consumer that asks for messages, in a span of its own. */
function isFetching({ attributes }: WatchedSpan): boolean {
  return attributes[keys.messagingOperationType] === "receive";
}

function sentence({ name }: WatchedSpan, site: string): string {
  const where = site === "" ? "" : ` at ${site}`;
  return (
    `"${name}"${where} runs only while requests are served, but outside of their traces: the ` +
    "context is lost on the way there. Wrap the callback that leads there with " +
    "context.bind(context.active(), callback) when the request hands it over."
  );
}
