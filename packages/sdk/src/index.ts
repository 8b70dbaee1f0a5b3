/** The tracer that an application loads. */
export type { Scope, SpanChunk, SpanSink, SpanSource } from "./base/span-sink.ts";
export { SpoorContextManager } from "./context/context-manager.ts";
export { W3cPropagator } from "./propagation/w3c-propagator.ts";
export { ratio } from "./sampling/ratio.ts";
export { parentBased, type ParentBasedOptions } from "./sampling/parent-based.ts";
export {
  alwaysOff,
  alwaysOn,
  type Sampler,
  type SamplingAnswer,
  type SpanStart,
} from "./sampling/sampler.ts";
export type { OpenSpan } from "./tracer/open-spans.ts";
export type { SpanObserver } from "./tracer/span-host.ts";
export { SPAN_LIMITS, type SpanLimits } from "./tracer/span-limits.ts";
export type { ReadableSpan, SpanProcessor } from "./tracer/span-processor.ts";
export { SpoorTracerProvider, type TracerProviderOptions } from "./tracer/tracer-provider.ts";
