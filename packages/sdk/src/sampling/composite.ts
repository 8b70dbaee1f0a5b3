/*
 * The composable samplers of the specification: each states a threshold, and one sampler decides
 * by it. Source: OpenTelemetry specification, Tracing SDK, "CompositeSampler".
 */
import type { Attributes, TraceState } from "@opentelemetry/api";
import {
  readOtTraceState,
  thresholdOfRatio,
  THRESHOLD_MAX,
  thresholdText,
  withOtTraceState,
} from "./ot-trace-state.ts";
import { Decision, ParentBit, type Sampler, type SpanStart } from "./sampler.ts";

/** What a composable sampler wants. */
export interface SamplingIntent {
  /** Spans whose random value is not below it are kept; undefined keeps none. */
  readonly threshold: bigint | undefined;
  /** Whether a kept span stands for the number of spans that the threshold says. */
  readonly isThresholdReliable: boolean;
  readonly attributes?: Attributes | undefined;
  readonly updateTraceState?:
    | ((traceState: TraceState | undefined) => TraceState | undefined)
    | undefined;
}

/** A sampler that can be part of another. */
export interface ComposableSampler {
  intentFor(start: SpanStart): SamplingIntent;
  toString(): string;
}

/** A condition on a span about to be started. Its name appears in descriptions. */
export type SamplingPredicate = (start: SpanStart) => boolean;

const KEEP_ALL: SamplingIntent = Object.freeze({ threshold: 0n, isThresholdReliable: true });
const KEEP_NONE: SamplingIntent = Object.freeze({
  threshold: undefined,
  isThresholdReliable: false,
});

/** Keeps every span. */
export const composableAlwaysOn: ComposableSampler = {
  intentFor: () => KEEP_ALL,
  toString: () => "ComposableAlwaysOnSampler",
};

/** Keeps no span. */
export const composableAlwaysOff: ComposableSampler = {
  intentFor: () => KEEP_NONE,
  toString: () => "ComposableAlwaysOffSampler",
};

/** Keeps a share of the traces. @throws RangeError unless it is between 0 and 1. */
export function composableProbability(share: number): ComposableSampler {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`cannot keep a share of ${share}: it must be between 0 and 1`);
  }
  const threshold = thresholdOfRatio(share);
  const isNone = threshold === THRESHOLD_MAX;
  const intent = isNone ? KEEP_NONE : Object.freeze({ threshold, isThresholdReliable: true });
  const text = isNone ? "max" : thresholdText(threshold);
  return {
    intentFor: () => intent,
    toString: () => `ComposableProbabilitySampler(threshold=${text}, ratio=${share})`,
  };
}

/** Follows the threshold of the parent, or its sampled flag where it states none. */
export function composableParentThreshold(root: ComposableSampler): ComposableSampler {
  return {
    intentFor(start) {
      if (start.parent === 0) return root.intentFor(start);
      const { threshold } = readOtTraceState(start.trace.traceState);
      if (threshold !== undefined) return { threshold, isThresholdReliable: true };
      const isSampled = (start.parent & ParentBit.sampled) !== 0;
      return { threshold: isSampled ? 0n : undefined, isThresholdReliable: false };
    },
    toString: () => `ComposableParentThresholdSampler(rootSampler=${root.toString()})`,
  };
}

/** Asks the sampler of the first condition that holds; keeps nothing when none does. */
export function composableRules(
  list: readonly (readonly [SamplingPredicate, ComposableSampler])[],
): ComposableSampler {
  const texts = list.map(([holds, sampler]) => {
    return `(${holds.name === "" ? "(anonymous)" : holds.name}, ${sampler.toString()})`;
  });
  return {
    intentFor(start) {
      const rule = list.find(([holds]) => holds(start));
      return rule === undefined ? KEEP_NONE : rule[1].intentFor(start);
    },
    toString: () => `ComposableRuleBasedSampler([${texts.join(", ")}])`,
  };
}

/** Adds attributes to the spans that another sampler keeps. */
export function composableAnnotating(
  sampler: ComposableSampler,
  attributes: Attributes,
): ComposableSampler {
  const added = Object.freeze({ ...attributes });
  return {
    intentFor(start) {
      const intent = sampler.intentFor(start);
      return { ...intent, attributes: { ...intent.attributes, ...added } };
    },
    toString: () => `ComposableAnnotatingSampler(${sampler.toString()}, attributes)`,
  };
}

/** Decides by what a composable sampler wants, and keeps the trace state true. */
export function compositeSampler(composable: ComposableSampler): Sampler {
  return {
    decide(start) {
      const { trace } = start;
      const content = readOtTraceState(trace.traceState);
      const { threshold, isThresholdReliable, attributes, updateTraceState } =
        composable.intentFor(start);
      const randomValue = content.randomValue ?? BigInt(`0x${trace.traceId.slice(-14)}`);
      const isKept = threshold !== undefined && randomValue >= threshold;
      const updated = updateTraceState?.(trace.traceState) ?? trace.traceState;
      const stated = isKept && isThresholdReliable ? threshold : undefined;
      return {
        decision: isKept ? Decision.sample : Decision.drop,
        attributes: isKept ? attributes : undefined,
        traceState: withOtTraceState(updated, { ...content, threshold: stated }),
      };
    },
    toString: () => composable.toString(),
  };
}
