import type { TraceIdentity } from "../base/trace-identity.ts";
import {
  readOtTraceState,
  thresholdOfRatio,
  THRESHOLD_MAX,
  withOtTraceState,
} from "./ot-trace-state.ts";
import { Decision, DROP, type Sampler, type SamplingAnswer } from "./sampler.ts";

/** A threshold in the halves by which the low 56 bits of a trace id are compared. */
interface Threshold {
  readonly whole: bigint;
  readonly high: number;
  readonly low: number;
  /** For a trace that says nothing yet about its sampling. */
  readonly answer: SamplingAnswer;
}

/**
 * Keeps a share of the traces, chosen by the random bits that every service of the trace sees, so
 * that all services with the same share choose the same traces, in whatever language. A kept span
 * says in its trace state how many it stands for. OTEP 235.
 *
 * @throws RangeError unless `share` is between 0 and 1.
 */
export function ratio(share: number): Sampler {
  const threshold = thresholdFor(share);
  return {
    decide: ({ trace }) => decideBy(threshold, trace),
    // As the specification wants the sampler that is called `traceidratio` to describe itself.
    toString: () => `TraceIdRatioBased{${share}}`,
  };
}

/** The threshold for a share, ready to be compared. */
export function thresholdFor(share: number): Threshold {
  const whole = thresholdOfRatio(checkedShare(share));
  const traceState = withOtTraceState(undefined, {
    threshold: whole,
    randomValue: undefined,
    rest: [],
  });
  return {
    whole,
    high: Number(whole >> 32n),
    low: Number(whole & 0xffff_ffffn),
    answer: Object.freeze({ decision: Decision.sample, traceState }),
  };
}

/** The decision for a trace: by its random value if it says one, or else by its id. */
export function decideBy(threshold: Threshold, trace: TraceIdentity): SamplingAnswer {
  if (trace.traceState !== undefined) return decideByTraceState(threshold, trace);
  return isAtLeast(threshold, trace) ? threshold.answer : DROP;
}

function decideByTraceState({ whole }: Threshold, trace: TraceIdentity): SamplingAnswer {
  const content = readOtTraceState(trace.traceState);
  const randomValue = content.randomValue ?? randomBitsOf(trace);
  const isKept = randomValue >= whole && whole < THRESHOLD_MAX;
  const threshold = isKept ? whole : undefined;
  return {
    decision: isKept ? Decision.sample : Decision.drop,
    traceState: withOtTraceState(trace.traceState, { ...content, threshold }),
  };
}

/**
 * Keeps a share of the traces as the SDKs of Go, Java and Python do by default: the ones whose low
 * 63 bits are below the share. For traces that start in several services of which some have no
 * other sampler; it chooses other traces than {@link ratio} and says nothing in the trace state.
 *
 * @throws RangeError unless `share` is between 0 and 1.
 */
export function legacyRatio(share: number): Sampler {
  const bound = checkedShare(share) * 2 ** 63;
  const boundHigh = Math.floor(bound / 2 ** 32);
  const boundLow = bound - boundHigh * 2 ** 32;
  const kept: SamplingAnswer = Object.freeze({ decision: Decision.sample });
  return {
    decide({ trace }) {
      trace.parse();
      // The low 64 bits without the lowest one.
      const high = trace.c >>> 1;
      const low = (trace.c & 1) * 2 ** 31 + (trace.d >>> 1);
      return high < boundHigh || (high === boundHigh && low < boundLow) ? kept : DROP;
    },
    toString: () => `TraceIdRatioBased{${share}}`,
  };
}

function isAtLeast({ high, low }: Threshold, trace: TraceIdentity): boolean {
  trace.parse();
  const randomHigh = trace.c & 0xff_ffff;
  return randomHigh > high || (randomHigh === high && trace.d >>> 0 >= low);
}

function randomBitsOf(trace: TraceIdentity): bigint {
  trace.parse();
  return (BigInt(trace.c & 0xff_ffff) << 32n) | BigInt(trace.d >>> 0);
}

function checkedShare(share: number): number {
  if (share >= 0 && share <= 1) return share;
  throw new RangeError(`cannot keep a share of ${share}: it must be between 0 and 1`);
}
