/*
 * The metrics that an SDK has of itself, by the semantic conventions (`otel.sdk.span.*`), for those
 * who have a meter provider. They sit around the sampler and beside the processors, so that whoever
 * has none pays nothing.
 */
import { type Attributes, type MeterProvider, TraceFlags } from "@opentelemetry/api";
import { Decision, ParentBit, type Sampler } from "../sampling/sampler.ts";
import type { SpanProcessor } from "./span-processor.ts";

const RESULTS = {
  [Decision.drop]: "DROP",
  [Decision.record]: "RECORD_ONLY",
  [Decision.sample]: "RECORD_AND_SAMPLE",
} as const;

interface Measurable {
  readonly sampler: Sampler;
  readonly processors?: readonly SpanProcessor[];
  readonly meterProvider?: MeterProvider;
}

/** The same with a sampler and a processor that count. */
export function measureSpans<T extends Measurable>(options: T): T {
  const meter = options.meterProvider?.getMeter("@spoor/sdk");
  if (meter === undefined) return options;
  const started = meter.createCounter("otel.sdk.span.started", {
    unit: "{span}",
    description: "The number of created spans",
  });
  const live = meter.createUpDownCounter("otel.sdk.span.live", {
    unit: "{span}",
    description: "The number of created spans with recording=true that have not ended yet",
  });
  const { sampler, processors = [] } = options;
  const counting: Sampler = {
    decide(start) {
      const answer = sampler.decide(start);
      started.add(1, {
        "otel.span.parent.origin": originOf(start.parent),
        "otel.span.sampling_result": RESULTS[answer.decision],
      });
      return answer;
    },
    toString: () => sampler.toString(),
  };
  const following: SpanProcessor = {
    onStart: (span) => live.add(1, resultOf(span.spanContext().traceFlags)),
    onEnd: (span) => live.add(-1, resultOf(span.spanContext().traceFlags)),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return { ...options, sampler: counting, processors: [...processors, following] };
}

function originOf(parent: number): string {
  if (parent === 0) return "none";
  return (parent & ParentBit.remote) === 0 ? "local" : "remote";
}

function resultOf(flags: number): Attributes {
  const isSampled = (flags & TraceFlags.SAMPLED) !== 0;
  const decision = isSampled ? Decision.sample : Decision.record;
  return { "otel.span.sampling_result": RESULTS[decision] };
}
