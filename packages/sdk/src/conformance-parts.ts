/** The inside of the tracer, for the tests of other SDKs, which look at the inside of theirs. */
export { SpanClock } from "./base/span-clock.ts";
export { TraceIdentity } from "./base/trace-identity.ts";
export { B3_DEBUG_KEY } from "./propagation/b3-propagator.ts";
export { otTraceStateText, readOtTraceState } from "./sampling/ot-trace-state.ts";
export { readSettings } from "./settings/read-settings.ts";
export { createSampler } from "./start/create-sampler.ts";
export { ChunkWriter } from "./tracer/chunk-writer.ts";
export { OpenSpans } from "./tracer/open-spans.ts";
export { RecordingSpan } from "./tracer/recording-span.ts";
export { SpoorTracer } from "./tracer/tracer.ts";
export { TracerCounts } from "./tracer/tracer-counts.ts";
