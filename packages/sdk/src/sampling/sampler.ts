import type {
  Attributes,
  Context,
  Link,
  SpanKind,
  SpanOptions,
  TraceState,
} from "@opentelemetry/api";
import { SAMPLED_FLAG } from "../base/trace-flags.ts";
import type { TraceIdentity } from "../base/trace-identity.ts";

/** What a sampler says about a span. The numbers are those of other SDKs. */
export const Decision = { drop: 0, record: 1, sample: 2 } as const;
/** A member of `Decision`. */
export type Decision = (typeof Decision)[keyof typeof Decision];

/** A decision and what goes with it. */
export interface SamplingAnswer {
  readonly decision: Decision;
  /** Added to the attributes of the span. */
  readonly attributes?: Readonly<Attributes> | undefined;
  /** Replaces the trace state that came from the parent. */
  readonly traceState?: TraceState | undefined;
}

/** The span is not kept. */
export const DROP: SamplingAnswer = Object.freeze({ decision: Decision.drop });
/** The span is sent. */
const SAMPLE: SamplingAnswer = Object.freeze({ decision: Decision.sample });

/** What is known of the parent of a span, as bits, so that a question costs no object. */
export const ParentBit = { present: 1, remote: 2, sampled: 4 } as const;

/** A span about to be started. */
export interface SpanStart {
  readonly context: Context;
  /** The trace of the parent with its trace state, or a new one. */
  readonly trace: TraceIdentity;
  /** Bits of `ParentBit`; 0 for a root span. */
  readonly parent: number;
  readonly name: string;
  readonly kind: SpanKind;
  readonly options: SpanOptions | undefined;
}

/** Decides which spans are kept. */
export interface Sampler {
  /** Must not throw and must not keep `start`. */
  decide(start: SpanStart): SamplingAnswer;
  /** Name and settings, for people. */
  toString(): string;
}

/** The sampler that other SDKs and their users write. */
export interface OfficialSampler {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): {
    readonly decision: number;
    readonly attributes?: Readonly<Attributes>;
    readonly traceState?: TraceState;
  };
  toString(): string;
}

/** Keeps every span. */
export const alwaysOn: Sampler = {
  decide: () => SAMPLE,
  toString: () => "AlwaysOnSampler",
};

/** Keeps no span. */
export const alwaysOff: Sampler = {
  decide: () => DROP,
  toString: () => "AlwaysOffSampler",
};

/** The flags of a span with this decision. */
export function flagsAfter(decision: Decision, flags: number): number {
  return decision === Decision.sample ? flags | SAMPLED_FLAG : flags & ~SAMPLED_FLAG;
}
