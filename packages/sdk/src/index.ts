/** The tracer that an application loads. */
export type { Scope, SpanChunk, SpanSink, SpanSource } from "./base/span-sink.ts";
