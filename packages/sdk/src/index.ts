/** The SDK that an application loads. */
import { waitForLock } from "./instrument/locks/held-locks.ts";
import { startParts, stopParts, tellOpenSpans } from "./waits/watch-part.ts";
import type { SpoorHandle } from "./start/handle.ts";
import { start } from "./start/spoor.ts";
import type { SpoorOptions } from "./start/spoor-options.ts";

export type { FlushOptions, SpoorHandle } from "./start/handle.ts";
export type { ExportCounts } from "./export/pipeline.ts";
export type { SpoorOptions } from "./start/spoor-options.ts";
export type { Scope, SpanChunk, SpanSink, SpanSource } from "./base/span-sink.ts";
export { SpoorContextManager } from "./context/context-manager.ts";
export { suppressTracing } from "./context/linked-context.ts";
export { B3Propagator, type B3Form } from "./propagation/b3-propagator.ts";
export { BaggagePropagator } from "./propagation/baggage-propagator.ts";
export { CompositePropagator } from "./propagation/composite-propagator.ts";
export { JaegerPropagator, type JaegerPropagatorOptions } from "./propagation/jaeger-propagator.ts";
export { W3cPropagator } from "./propagation/w3c-propagator.ts";
export { W3cTraceState } from "./propagation/w3c-trace-state.ts";
export {
  composableAlwaysOff,
  composableAlwaysOn,
  composableAnnotating,
  composableParentThreshold,
  composableProbability,
  composableRules,
  type ComposableSampler,
  compositeSampler,
  type SamplingIntent,
  type SamplingPredicate,
} from "./sampling/composite.ts";
export { alwaysRecord, fromOfficialSampler } from "./sampling/official-sampler.ts";
export { parentBased, type ParentBasedOptions } from "./sampling/parent-based.ts";
export { rateLimit } from "./sampling/rate-limit.ts";
export { legacyRatio, ratio } from "./sampling/ratio.ts";
export { rules, type SamplingRule, type TextPattern } from "./sampling/rules.ts";
export {
  alwaysOff,
  alwaysOn,
  type OfficialSampler,
  type Sampler,
  type SamplingAnswer,
  type SpanStart,
} from "./sampling/sampler.ts";
export type { OpenSpan } from "./tracer/open-spans.ts";
export type { SpanObserver } from "./tracer/span-host.ts";
export { SPAN_LIMITS, type SpanLimits } from "./tracer/span-limits.ts";
export type { ReadableResource, ReadableSpan, SpanProcessor } from "./tracer/span-processor.ts";
export { type HolderInfo, waitForLock } from "./instrument/locks/held-locks.ts";
export {
  type AsyncMutex,
  type TaskQueue,
  watchLimit,
  watchMutex,
  watchQueue,
} from "./instrument/locks/watch-locks.ts";
export { traced, type TracedOptions } from "./tracer/traced.ts";
export { SpoorTracerProvider, type TracerProviderOptions } from "./tracer/tracer-provider.ts";

/** Starts tracing, and tells what only the application can know. */
export interface Spoor {
  /**
   * Starts tracing this process: what `options` leave open is read from the environment, as
   * `@spoor/sdk/auto` does. Never throws.
   *
   * @example
   * const handle = spoor({ service: "checkout", sampler: "10%" });
   * await handle.shutdown();
   */
  (options?: SpoorOptions): SpoorHandle;
  /** The same as {@link waitForLock}. */
  readonly wait: typeof waitForLock;
}

/** See {@link Spoor}. */
export const spoor: Spoor = Object.assign(startSpoor, { wait: waitForLock });

function startSpoor(options: SpoorOptions = {}): SpoorHandle {
  return start(options, {
    instrument: startParts,
    stopInstrumentations: stopParts,
    tellOpenSpans,
  });
}
