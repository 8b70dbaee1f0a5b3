/** Our composable samplers under the names of `@opentelemetry/sampler-composite`. */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Link,
  type SpanKind,
  trace as traceApi,
  type TraceState,
} from "@opentelemetry/api";
import {
  composableAlwaysOff,
  composableAlwaysOn,
  composableAnnotating,
  composableParentThreshold,
  composableProbability,
  composableRules,
  type ComposableSampler,
  compositeSampler,
  type SpanStart,
} from "@spoor/sdk";
import { otTraceStateText, readOtTraceState, TraceIdentity } from "@spoor/sdk/conformance-parts";
import { SamplerClass } from "./samplers.ts";

export const INVALID_THRESHOLD = -1n;
export const INVALID_RANDOM_VALUE = -1n;
export const MAX_THRESHOLD: bigint = 1n << 56n;
export const MIN_THRESHOLD = 0n;

type Question = [Context, string, string, SpanKind, Attributes, Link[]];

interface Composable {
  readonly ours: ComposableSampler;
  getSamplingIntent(...question: Question): object;
  toString(): string;
}

interface State {
  readonly threshold: bigint;
  readonly randomValue: bigint;
  readonly rest?: string[];
}

export const INVALID_TRACE_STATE: State = { threshold: -1n, randomValue: -1n };

export function parseOtelTraceState(traceState: TraceState | undefined): State {
  const { threshold = -1n, randomValue = -1n, rest } = readOtTraceState(traceState);
  return { threshold, randomValue, rest: [...rest] };
}

export function serializeTraceState({ threshold, randomValue, rest = [] }: State): string {
  return otTraceStateText({
    threshold: threshold < 0n ? undefined : threshold,
    randomValue: randomValue < 0n ? undefined : randomValue,
    rest,
  });
}

export const createComposableAlwaysOnSampler = (): Composable => classOf(composableAlwaysOn);
export const createComposableAlwaysOffSampler = (): Composable => classOf(composableAlwaysOff);
export const createComposableProbabilitySampler = (share: number): Composable =>
  classOf(composableProbability(share));
export const createComposableParentThresholdSampler = (root: Composable): Composable =>
  classOf(composableParentThreshold(root.ours));
export const createComposableAnnotatingSampler = (
  sampler: Composable,
  attributes: Attributes,
): Composable => classOf(composableAnnotating(sampler.ours, attributes));
export const createComposableRuleBasedSampler = (
  rules: [(...question: Question) => boolean, Composable][],
): Composable =>
  classOf(
    composableRules(
      rules.map(([holds, sampler]) => {
        const ours = (start: SpanStart): boolean =>
          holds(
            start.context,
            start.trace.traceId,
            start.name,
            start.kind,
            start.options?.attributes ?? {},
            start.options?.links ?? [],
          );
        return [Object.defineProperty(ours, "name", { value: holds.name }), sampler.ours] as const;
      }),
    ),
  );
export const createCompositeSampler = (sampler: Composable): SamplerClass =>
  new SamplerClass(compositeSampler(sampler.ours));

function classOf(ours: ComposableSampler): Composable {
  return {
    ours,
    getSamplingIntent(context, traceId, name, kind, attributes, links) {
      const parent = traceApi.getSpanContext(context);
      const hasParent = parent !== undefined && isSpanContextValid(parent);
      const bits = hasParent ? 1 + (parent.traceFlags & 1) * 4 : 0;
      const trace = new TraceIdentity(traceId, 0, parent?.traceState);
      const options = { attributes, links };
      const intent = ours.intentFor({ context, trace, parent: bits, name, kind, options });
      return {
        threshold: intent.threshold ?? -1n,
        thresholdReliable: intent.isThresholdReliable,
        attributes: intent.attributes,
      };
    },
    toString: () => ours.toString(),
  };
}
