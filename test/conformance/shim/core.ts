/** Our propagators under the names of `@opentelemetry/core`; the rest of it is the official one. */
import { BaggagePropagator, CompositePropagator, W3cPropagator, W3cTraceState } from "@spoor/sdk";
import type { TextMapPropagator } from "@opentelemetry/api";

export * from "@opentelemetry/core";
/** Gone from version 3 of the package, while the tests still replace parts of it. */
export const otperformance: Performance = performance;
export const BAGGAGE_HEADER = "baggage";
export const BAGGAGE_MAX_NAME_VALUE_PAIRS = 180;
export const BAGGAGE_MAX_PER_NAME_VALUE_PAIRS = 4096;
export const BAGGAGE_MAX_TOTAL_LENGTH = 8192;
export const TRACE_PARENT_HEADER = "traceparent";
export const TRACE_STATE_HEADER = "tracestate";
export class W3CTraceContextPropagator extends W3cPropagator {}
export class W3CBaggagePropagator extends BaggagePropagator {}

class CompositeClass extends CompositePropagator {
  constructor(options: { propagators?: TextMapPropagator[] } = {}) {
    super(options.propagators ?? []);
  }
}
export { CompositeClass as CompositePropagator };

/** Made of a header, valid or not. */
export class TraceState extends W3cTraceState {
  constructor(header = "") {
    super(new Map());
    const parsed = W3cTraceState.parse(header);
    if (parsed !== undefined) return parsed;
  }
}
