import { diag, type MeterProvider, type Tracer, type TracerProvider } from "@opentelemetry/api";
import type { IdGenerator } from "../base/ids.ts";
import { SpanClock, type TimeSource } from "../base/span-clock.ts";
import type { Scope, SpanSink, SpanSource } from "../base/span-sink.ts";
import type { SpoorContextManager } from "../context/context-manager.ts";
import type { Sampler } from "../sampling/sampler.ts";
import type { AttributeRules } from "./attribute-list.ts";
import { ChunkWriter } from "./chunk-writer.ts";
import { makeInspectable, settledAttributes } from "./inspect.ts";
import { measureSpans } from "./measure-spans.ts";
import { type OpenSpan, OpenSpans } from "./open-spans.ts";
import type { SpanHost, SpanObserver, Watch } from "./span-host.ts";
import { SPAN_LIMITS, type SpanLimits } from "./span-limits.ts";
import type { ReadableResource, SpanProcessor } from "./span-processor.ts";
import { SpoorTracer, type TracerSettings } from "./tracer.ts";
import { TracerCounts } from "./tracer-counts.ts";

/** What a provider is made of. */
export interface TracerProviderOptions {
  /** Takes the bytes of finished spans that are sampled. */
  readonly sink: SpanSink;
  readonly sampler: Sampler;
  /** What is missing has the default of the specification. */
  readonly limits?: Partial<SpanLimits>;
  /** The manager that is registered with the API: asked without a detour for the active context. */
  readonly contextManager?: SpoorContextManager;
  readonly processors?: readonly SpanProcessor[];
  /**
   * Is told how many spans start and are open: `otel.sdk.span.started` and `otel.sdk.span.live`.
   * Costs what a processor costs.
   */
  readonly meterProvider?: MeterProvider;
  /** For processors only: what goes to the sink carries no resource. */
  readonly resource?: ReadableResource;
  /** Told of what fails inside; by default the API's diagnostics logger. Must not throw. */
  readonly onError?: (error: unknown) => void;
  /** How many spans a chunk may hold; 512 at most, which is what it holds unless told otherwise. */
  readonly chunkSpanCountMax?: number | undefined;
  /** Brings what the sink holds to its destination, for `forceFlush`. */
  readonly flushSink?: (deadlineMs: number) => Promise<unknown>;
  readonly timeSource?: TimeSource;
  /** Makes the ids; without it they are random, and the trace flags say so. */
  readonly idGenerator?: IdGenerator;
}

const FLUSH_MS_MAX = 30_000;

/** Makes the tracers of a process, one for each scope, and knows what they have open. */
export class SpoorTracerProvider implements TracerProvider, SpanSource {
  static {
    makeInspectable(SpoorTracerProvider, (provider) => {
      const { processors = [], resource = { attributes: {} }, sampler } = provider.#options;
      return {
        resource: settledAttributes(resource),
        sampler: sampler.toString(),
        tracers: [...provider.#tracers.keys()],
        spanProcessors: processors.map((processor) => processor.constructor.name),
        openSpanCount: provider.openSpanCount,
      };
    });
  }

  readonly counts: TracerCounts = new TracerCounts();
  readonly #options: TracerProviderOptions;
  readonly #limits: SpanLimits;
  readonly #clock: SpanClock;
  readonly #openSpans = new OpenSpans();
  readonly #settings: TracerSettings;
  readonly #tracers = new Map<string, SpoorTracer>();
  readonly #writers: ChunkWriter[] = [];
  readonly #watch: Watch = { observer: undefined };
  #isWaiting = false;

  constructor(given: TracerProviderOptions) {
    const options = given.meterProvider === undefined ? given : measureSpans(given);
    this.#options = options;
    this.#limits = { ...SPAN_LIMITS, ...options.limits };
    this.#clock = new SpanClock(options.timeSource);
    const { sampler, contextManager, idGenerator } = options;
    this.#settings = { sampler, contextManager, idGenerator, isShutDown: false };
  }

  /** The tracer of a scope: always the same one for the same name, version and schema. */
  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): Tracer {
    const schemaUrl = options?.schemaUrl;
    const key = `${name}@${version ?? ""}:${schemaUrl ?? ""}`;
    let tracer = this.#tracers.get(key);
    if (tracer === undefined) {
      tracer = new SpoorTracer(this.#newHost(name, version, schemaUrl), this.#settings);
      this.#tracers.set(key, tracer);
    }
    return tracer;
  }

  /** Spans that have started and not ended, oldest first. */
  openSpans(): Iterable<OpenSpan> {
    return this.#openSpans;
  }

  /** Holds an open span no longer than others do, to find out whether anybody does. */
  letGo(span: OpenSpan): void {
    this.#openSpans.letGo(span);
  }

  /** How long the oldest open span is open, in ms. Costs one look. */
  get oldestOpenMs(): number {
    return this.#openSpans.oldestAgeMs;
  }

  get openSpanCount(): number {
    return this.#openSpans.count;
  }

  /** Watches spans from now on; undefined stops it. */
  set observer(observer: SpanObserver | undefined) {
    this.#watch.observer = observer;
  }

  seal(): void {
    this.#isWaiting = false;
    for (const writer of this.#writers) writer.seal();
  }

  /**
   * Resolves when every span that has ended is where it belongs.
   *
   * @throws Error or AggregateError when a processor or the sink failed or took too long.
   */
  async forceFlush(options?: { readonly timeoutMillis?: number }): Promise<void> {
    const deadlineMs = options?.timeoutMillis ?? FLUSH_MS_MAX;
    this.seal();
    await this.#all(deadlineMs, (processor) => processor.forceFlush());
  }

  /** Flushes, and records nothing any more. A second call does nothing. */
  async shutdown(): Promise<void> {
    if (this.#settings.isShutDown) return;
    this.#settings.isShutDown = true;
    this.seal();
    await this.#all(FLUSH_MS_MAX, (processor) => processor.shutdown());
  }

  async #all(deadlineMs: number, ask: (processor: SpanProcessor) => Promise<void>): Promise<void> {
    const { processors = [], flushSink } = this.#options;
    const asked = processors.map(async (processor) => ask(processor));
    if (flushSink !== undefined) asked.push(voidOf(flushSink(deadlineMs)));
    const results = await Promise.allSettled(asked.map((one) => within(deadlineMs, one)));
    const errors = results.flatMap((result): unknown[] =>
      result.status === "rejected" ? [result.reason] : [],
    );
    if (errors.length === 1 && errors[0] instanceof Error) throw errors[0];
    if (errors.length > 0) throw new AggregateError(errors, "some spans may not have been sent");
  }

  #newHost(name: string, version: string | undefined, schemaUrl: string | undefined): SpanHost {
    const { limits, options } = { limits: this.#limits, options: this.#options };
    const scope: Scope = { name, version: version ?? "", schemaUrl: schemaUrl ?? "" };
    const spanWaiting = (): void => this.#spanWaiting();
    const writer = new ChunkWriter(scope, options.sink, spanWaiting, options.chunkSpanCountMax);
    this.#writers.push(writer);
    return {
      scope,
      readableScope: {
        name,
        ...(version === undefined ? undefined : { version }),
        ...(schemaUrl === undefined ? undefined : { schemaUrl }),
      },
      resource: options.resource ?? { attributes: {} },
      clock: this.#clock,
      limits,
      spanRules: this.#rules(limits.attributeCountLimit),
      eventRules: this.#rules(limits.attributePerEventCountLimit),
      linkRules: this.#rules(limits.attributePerLinkCountLimit),
      counts: this.counts,
      openSpans: this.#openSpans,
      writer,
      processors: options.processors ?? [],
      watch: this.#watch,
      onError: options.onError ?? ((error) => diag.error("tracing failed", error)),
    };
  }

  #rules(countMax: number): AttributeRules {
    const limit = this.#limits.attributeValueLengthLimit;
    // Zero and less are not lengths: the specification leaves them open, other SDKs ignore them.
    const valueLengthMax = limit > 0 ? limit : Number.POSITIVE_INFINITY;
    return { countMax, valueLengthMax, counts: this.counts };
  }

  #spanWaiting(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.sink.spansWaiting();
  }
}

async function voidOf(promise: Promise<unknown>): Promise<void> {
  await promise;
}

/** Rejects when `promise` takes longer. The timer does not keep the process alive. */
async function within(deadlineMs: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = (): void => reject(new Error(`a flush did not end within ${deadlineMs} ms`));
    timer = setTimeout(fail, deadlineMs).unref();
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
