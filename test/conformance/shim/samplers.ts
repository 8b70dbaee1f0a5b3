/** Our samplers as the classes of `@opentelemetry/sdk-trace`. */
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  isValidTraceId,
  type Link,
  type SpanKind,
  trace as traceApi,
  type TraceState,
} from "@opentelemetry/api";
import {
  alwaysOff,
  alwaysOn,
  alwaysRecord,
  fromOfficialSampler,
  legacyRatio,
  type OfficialSampler,
  parentBased,
  type Sampler,
} from "@spoor/sdk";
import { TraceIdentity } from "@spoor/sdk/conformance-parts";

/** Asks one of our samplers as others are asked. */
export class SamplerClass implements OfficialSampler {
  readonly ours: Sampler;

  constructor(ours: Sampler) {
    this.ours = ours;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): { decision: number; attributes?: Attributes; traceState?: TraceState } {
    // Some tests ask without a context.
    const isContext = typeof context?.getValue === "function";
    const parent = isContext ? traceApi.getSpanContext(context) : undefined;
    const hasParent = parent !== undefined && isSpanContextValid(parent);
    const bits = hasParent
      ? 1 + (parent.isRemote === true ? 2 : 0) + (parent.traceFlags & 1) * 4
      : 0;
    const trace = new TraceIdentity(traceId, parent?.traceFlags ?? 0, parent?.traceState);
    const options = { attributes, links };
    const answer = this.ours.decide({ context, trace, parent: bits, name, kind, options });
    return {
      decision: answer.decision,
      ...(answer.attributes === undefined ? undefined : { attributes: answer.attributes }),
      ...(answer.traceState === undefined ? undefined : { traceState: answer.traceState }),
    };
  }

  toString(): string {
    return this.ours.toString();
  }

  /** How what it prints begins. */
  static readonly word: string = "";

  /** One of ours as this class of theirs. */
  static of(ours: Sampler): SamplerClass {
    return Object.setPrototypeOf(new SamplerClass(ours), this.prototype) as SamplerClass; // as set
  }
}

export class AlwaysOnSampler extends SamplerClass {
  static override readonly word = "AlwaysOnSampler";

  constructor() {
    super(alwaysOn);
  }
}

export class AlwaysOffSampler extends SamplerClass {
  static override readonly word = "AlwaysOffSampler";

  constructor() {
    super(alwaysOff);
  }
}

export class ParentBasedSampler extends SamplerClass {
  static override readonly word = "ParentBased{";

  constructor(delegates: Record<string, OfficialSampler> & { root: OfficialSampler }) {
    const ours = Object.entries(delegates).map(([name, sampler]) => [name, oursOf(sampler)]);
    super(parentBased({ root: oursOf(delegates.root), ...Object.fromEntries(ours) }));
  }
}

/** Out of range is put into range, and no number is 0, as there. */
export class TraceIdRatioBasedSampler extends SamplerClass {
  static override readonly word = "TraceIdRatioBased{";

  constructor(share = 0) {
    super(
      legacyRatio(Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : share > 1 ? 1 : 0),
    );
  }

  /** What is no id has no bits to compare. Our tracer never asks about one. */
  override shouldSample(
    ...question: Parameters<SamplerClass["shouldSample"]>
  ): ReturnType<SamplerClass["shouldSample"]> {
    return isValidTraceId(question[1]) ? super.shouldSample(...question) : { decision: 0 };
  }
}

export function createAlwaysRecordSampler(root: OfficialSampler): SamplerClass {
  if (!root) throw new TypeError("AlwaysRecordSampler requires a delegate sampler");
  return new SamplerClass(alwaysRecord(oursOf(root)));
}

/** Ours where there is one inside, or else the official one wrapped. */
export function oursOf(sampler: OfficialSampler): Sampler {
  return fromOfficialSampler(sampler);
}
