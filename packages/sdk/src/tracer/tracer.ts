import {
  type Context,
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  SpanKind,
  type SpanOptions,
  type Tracer,
} from "@opentelemetry/api";
import type { IdGenerator } from "../base/ids.ts";
import { RANDOM_FLAG, SAMPLED_FLAG } from "../base/trace-flags.ts";
import { TraceIdentity } from "../base/trace-identity.ts";
import { UnrecordedSpan } from "../base/unrecorded-span.ts";
import type { SpoorContextManager } from "../context/context-manager.ts";
import { isTracingSuppressed, LinkedContext, spanOf } from "../context/linked-context.ts";
import { linksToConflicts } from "../propagation/composite-propagator.ts";
import {
  Decision,
  flagsAfter,
  ParentBit,
  type Sampler,
  type SamplingAnswer,
  type SpanStart,
} from "../sampling/sampler.ts";
import { makeInspectable, settledAttributes } from "./inspect.ts";
import { RecordingSpan } from "./recording-span.ts";
import type { SpanHost } from "./span-host.ts";

/** What decides about the spans of a provider, besides the host of each tracer. */
export interface TracerSettings {
  readonly sampler: Sampler;
  /** Asked directly for the active context; without it, the API's global manager is asked. */
  readonly contextManager: SpoorContextManager | undefined;
  /** Makes ids instead of the random ones. */
  readonly idGenerator: IdGenerator | undefined;
  /** Whether the provider was shut down: nothing is recorded any more. */
  isShutDown: boolean;
}

/** What a span is when none is wanted: of no trace at all. */
const NO_SPAN = new UnrecordedSpan(TraceIdentity.of(INVALID_SPAN_CONTEXT), INVALID_SPAN_CONTEXT);

/** Starts the spans of one instrumentation scope. */
export class SpoorTracer implements Tracer {
  static {
    makeInspectable(SpoorTracer, (tracer) => {
      const { readableScope: instrumentationScope, resource, limits } = tracer.#host;
      return { instrumentationScope, resource: settledAttributes(resource), spanLimits: limits };
    });
  }

  readonly #host: SpanHost;
  readonly #settings: TracerSettings;

  constructor(host: SpanHost, settings: TracerSettings) {
    this.#host = host;
    this.#settings = settings;
  }

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    try {
      return this.#start(name, options, context ?? this.#activeContext());
    } catch (error) {
      // A sampler, a processor or a hostile options object: the application goes on without.
      this.#host.onError(error);
      return NO_SPAN;
    }
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    second: F | SpanOptions,
    third?: F | Context,
    fourth?: F,
  ): ReturnType<F> | undefined {
    const fn = fourth ?? third ?? second;
    // Callers in JavaScript may leave out more than the overloads allow.
    if (typeof fn !== "function") return undefined;
    const options = typeof second === "function" ? undefined : second;
    const given = typeof third === "function" ? undefined : third;
    const parentContext = given ?? this.#activeContext();
    const span = this.startSpan(name, options, parentContext);
    // Below a span that was sampled out, entering a context of its own is nearly all that another
    // such span would cost, and it would change nothing for what is started in it.
    const isContextReused =
      given === undefined &&
      span instanceof UnrecordedSpan &&
      isUnderSampledOut(span, parentContext);
    // The overloads say that it returns what `fn` returns.
    return (isContextReused ? fn(span) : this.#run(parentContext, span, fn)) as ReturnType<F>;
  }

  #run(parentContext: Context, span: Span, fn: (span: Span) => unknown): unknown {
    const { contextManager } = this.#settings;
    if (contextManager !== undefined) return contextManager.withSpan(parentContext, span, fn);
    return contextApi.with(LinkedContext.on(parentContext).withSpan(span), fn, undefined, span);
  }

  #start(name: string, options: SpanOptions | undefined, context: Context): Span {
    if (isTracingSuppressed(context) || this.#settings.isShutDown) return NO_SPAN;
    const { counts } = this.#host;
    counts.spansStarted += 1;
    const isRoot = options?.root === true;
    // A sampler and a processor must not find a parent that the span does not have.
    const under = isRoot ? LinkedContext.on(context).withSpan(undefined) : context;
    const parent = isRoot ? undefined : spanOf(context);
    const { idGenerator } = this.#settings;
    const start = spanStart({ name, options, context: under }, parent, idGenerator);
    const answer = this.#settings.sampler.decide(start);
    const trace = traceAfter(answer, start);
    if (answer.decision === Decision.drop) {
      counts.spansSampledOut += 1;
      return new UnrecordedSpan(trace);
    }
    counts.spansRecorded += 1;
    return this.#record(start, trace, answer, parent);
  }

  #record(
    start: SpanStart,
    trace: TraceIdentity,
    answer: SamplingAnswer,
    parent: Span | undefined,
  ): RecordingSpan {
    const host = this.#host;
    const { options } = start;
    const span = new RecordingSpan(host, start, trace, parent, this.#settings.idGenerator);
    if (options?.attributes !== undefined) span.setAttributes(options.attributes);
    if (answer.attributes !== undefined) span.setAttributes(answer.attributes);
    if (options?.links !== undefined) span.addLinks(options.links);
    if (span.isParentRemote) span.addLinks(linksToConflicts(start.context));
    host.openSpans.add(span);
    if (host.processors.length > 0) tellProcessors(host, span, { start, parent });
    if (host.watch.observer !== undefined) tellObserver(host, span, { start, parent });
    return span;
  }

  #activeContext(): Context {
    return (this.#settings.contextManager ?? contextApi).active();
  }
}

/** The question to the sampler: what is known about a span before it exists. */
function spanStart(
  {
    name,
    options,
    context,
  }: {
    readonly name: string;
    readonly options: SpanOptions | undefined;
    readonly context: Context;
  },
  parent: Span | undefined,
  generator: IdGenerator | undefined,
): SpanStart {
  const given = options?.kind;
  const kind = given !== undefined && SpanKind[given] !== undefined ? given : SpanKind.INTERNAL;
  let trace: TraceIdentity | undefined;
  let isRemote = false;
  if (parent instanceof RecordingSpan) {
    ({ trace } = parent);
  } else if (parent instanceof UnrecordedSpan) {
    if (parent !== NO_SPAN) ({ trace, isRemote } = parent);
  } else if (parent !== undefined) {
    // A span of the API or of another tracer in the process.
    const spanContext = parent.spanContext();
    if (isSpanContextValid(spanContext)) trace = TraceIdentity.of(spanContext);
    isRemote = spanContext.isRemote === true;
  }
  if (trace === undefined) {
    return { name, options, context, kind, trace: newTrace(generator), parent: 0 };
  }
  const sampled = (trace.flags & SAMPLED_FLAG) === 0 ? 0 : ParentBit.sampled;
  const bits = ParentBit.present | sampled | (isRemote ? ParentBit.remote : 0);
  return { name, options, context, kind, trace, parent: bits };
}

/** Ids that the application makes may not be random, so that the flag does not say it. */
function newTrace(generator: IdGenerator | undefined): TraceIdentity {
  if (generator === undefined) return TraceIdentity.random(RANDOM_FLAG);
  return new TraceIdentity(generator.generateTraceId(), 0, undefined);
}

/** The trace that the new span has: that of its parent unless the sampler changed something. */
function traceAfter({ decision, traceState }: SamplingAnswer, start: SpanStart): TraceIdentity {
  const { trace, parent } = start;
  const flags = flagsAfter(decision, trace.flags);
  if (parent !== 0) return trace.with(flags, traceState ?? trace.traceState);
  trace.flags = flags;
  trace.traceState = traceState;
  return trace;
}

interface Origin {
  readonly start: SpanStart;
  readonly parent: Span | undefined;
}

function tellProcessors(host: SpanHost, span: RecordingSpan, { start, parent }: Origin): void {
  if (start.parent !== 0) span.parentSpanContext = parent?.spanContext();
  for (const processor of host.processors) {
    try {
      processor.onStart(span, start.context);
    } catch (error) {
      host.onError(error);
    }
  }
}

function tellObserver(host: SpanHost, span: RecordingSpan, { start, parent }: Origin): void {
  const { openSpans, watch } = host;
  const { observer } = watch;
  observer?.spanStarted?.(span, start.context);
  if (parent instanceof RecordingSpan && parent.ended) {
    observer?.startedUnderEndedParent?.(span, parent);
  }
  const isOrphan =
    start.parent === 0 && span.kind === SpanKind.CLIENT && start.options?.root !== true;
  if (isOrphan && openSpans.requestCount > 0) observer?.orphanSuspected?.(span);
}

/** Whether a span that was sampled out stands under one of this process that was as well. */
function isUnderSampledOut(span: UnrecordedSpan, parentContext: Context): boolean {
  const parent = spanOf(parentContext);
  return parent instanceof UnrecordedSpan && parent.trace === span.trace && !parent.isRemote;
}
