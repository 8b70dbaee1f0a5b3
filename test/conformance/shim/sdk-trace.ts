/*
 * Our tracer under the names of `@opentelemetry/sdk-trace`, for its tests only: with the private
 * fields that they read. Processors and exporters are the official ones: what is tested with them
 * is that they work on our spans.
 */
import type {
  Context,
  Link,
  MeterProvider,
  SpanContext,
  SpanKind,
  TimeInput,
  Attributes,
} from "@opentelemetry/api";
import { trace as traceApi } from "@opentelemetry/api";
import { defaultResource } from "@opentelemetry/resources";
import {
  type OfficialSampler,
  type ReadableSpan,
  SPAN_LIMITS,
  type SpanLimits,
  type SpanProcessor,
  SpoorTracerProvider,
} from "@spoor/sdk";
import {
  SpanClock,
  TraceIdentity,
  ChunkWriter,
  OpenSpans,
  RecordingSpan,
  SpoorTracer,
  TracerCounts,
} from "@spoor/sdk/conformance-parts";
import { AlwaysOnSampler, oursOf, ParentBasedSampler } from "./samplers.ts";
import { RandomIdGenerator } from "@opentelemetry/sdk-trace";

export {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  InMemorySpanExporter,
  NoopSpanProcessor,
  RandomIdGenerator,
  SamplingDecision,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace";
export {
  AlwaysOffSampler,
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "./samplers.ts";

const NO_SINK = { accept: () => undefined, spansWaiting: () => undefined };

interface ProviderOptions {
  readonly sampler?: OfficialSampler;
  readonly resource?: { attributes: Attributes };
  readonly spanLimits?: Partial<SpanLimits>;
  readonly spanProcessors?: SpanProcessor[];
  readonly idGenerator?: RandomIdGenerator;
  readonly meterProvider?: MeterProvider;
}

export class TracerProvider extends SpoorTracerProvider {
  readonly _resource: { attributes: Attributes };
  readonly _activeSpanProcessor: { _spanProcessors: SpanProcessor[] };
  readonly #limits: SpanLimits;
  readonly #sampler: OfficialSampler;

  constructor(options: ProviderOptions = {}) {
    const sampler = options.sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() });
    const resource = options.resource ?? defaultResource();
    const processors = options.spanProcessors ?? [];
    super({
      sink: NO_SINK,
      sampler: oursOf(sampler),
      limits: options.spanLimits ?? {},
      // Tests read spans that have ended, which are kept for processors only.
      processors: [multi([]), ...processors],
      resource,
      ...(options.meterProvider && { meterProvider: options.meterProvider }),
      // Its own generator, or the flags would say that the ids are random: those of level 1 expect
      // that bit to be 0.
      idGenerator: options.idGenerator ?? new RandomIdGenerator(),
    });
    this._resource = resource;
    this._activeSpanProcessor = { _spanProcessors: processors };
    this.#limits = { ...SPAN_LIMITS, ...options.spanLimits };
    this.#sampler = sampler;
  }

  override getTracer(name: string, version?: string, options?: { schemaUrl?: string }): Tracer {
    const tracer = super.getTracer(name, version, options);
    Object.setPrototypeOf(tracer, Tracer.prototype);
    return Object.assign(tracer, {
      instrumentationScope: { name, version, schemaUrl: options?.schemaUrl },
      _resource: this._resource,
      _spanLimits: this.#limits,
      _spanProcessor: multi(this._activeSpanProcessor._spanProcessors),
      _sampler: this.#sampler,
    }) as unknown as Tracer; // its prototype was just set
  }
}

/** What tests look for with `instanceof`; a tracer gets this prototype when it is handed out. */
export class Tracer extends SpoorTracer {}

function multi(processors: SpanProcessor[]): SpanProcessor {
  return {
    onStart: (span, context) => processors.forEach((one) => one.onStart(span, context)),
    onEnding: (span) => processors.forEach((one) => one.onEnding?.(span)),
    onEnd: (span) => processors.forEach((one) => one.onEnd(span)),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}

interface SpanImplOptions {
  readonly resource: { attributes: Attributes };
  readonly scope: ReadableSpan["instrumentationScope"];
  readonly context: Context;
  readonly spanContext: SpanContext;
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly links?: Link[];
  readonly startTime?: TimeInput;
  readonly attributes?: Attributes;
  readonly spanLimits: SpanLimits;
  readonly spanProcessor: SpanProcessor;
}

/** A span made by itself, which only the tests of spans do. */
export class SpanImpl extends RecordingSpan {
  constructor(options: SpanImplOptions) {
    const { name, kind, spanContext, parentSpanContext, spanLimits } = options;
    const counts = new TracerCounts();
    const scope = { name: options.scope.name, version: "", schemaUrl: "" };
    const limit = spanLimits.attributeValueLengthLimit;
    const valueLengthMax = limit > 0 ? limit : Number.POSITIVE_INFINITY;
    const rules = (countMax: number) => ({ countMax, valueLengthMax, counts });
    super(
      {
        scope,
        readableScope: options.scope,
        resource: options.resource,
        clock: new SpanClock(),
        limits: spanLimits,
        spanRules: rules(spanLimits.attributeCountLimit),
        eventRules: rules(spanLimits.attributePerEventCountLimit),
        linkRules: rules(spanLimits.attributePerLinkCountLimit),
        counts,
        openSpans: new OpenSpans(),
        writer: new ChunkWriter(scope, NO_SINK, () => undefined),
        processors: [options.spanProcessor],
        watch: { observer: undefined },
        onError: (error) => {
          throw error;
        },
      },
      {
        context: options.context,
        trace: TraceIdentity.of(spanContext),
        parent: parentSpanContext === undefined ? 0 : parentSpanContext.isRemote === true ? 3 : 1,
        name,
        kind,
        options: options.startTime === undefined ? undefined : { startTime: options.startTime },
      },
      TraceIdentity.of(spanContext),
      parentSpanContext === undefined ? undefined : traceApi.wrapSpanContext(parentSpanContext),
      { generateTraceId: () => spanContext.traceId, generateSpanId: () => spanContext.spanId },
    );
    this.parentSpanContext = parentSpanContext;
    if (options.links !== undefined) this.addLinks(options.links);
    if (options.attributes !== undefined) this.setAttributes(options.attributes);
    this.host.openSpans.add(this);
    options.spanProcessor.onStart(this, options.context);
  }
}
