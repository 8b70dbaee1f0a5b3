/** Our samplers as the classes of `@opentelemetry/sdk-trace`. */
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
}

export class AlwaysOnSampler extends SamplerClass {
  constructor() {
    super(alwaysOn);
  }
}

export class AlwaysOffSampler extends SamplerClass {
  constructor() {
    super(alwaysOff);
  }
}

export class ParentBasedSampler extends SamplerClass {
  constructor(delegates: Record<string, OfficialSampler> & { root: OfficialSampler }) {
    const ours = Object.entries(delegates).map(([name, sampler]) => [name, oursOf(sampler)]);
    super(parentBased({ root: oursOf(delegates.root), ...Object.fromEntries(ours) }));
  }
}

/** Out of range is put into range, and no number is 0, as there. */
export class TraceIdRatioBasedSampler extends SamplerClass {
  constructor(share = 0) {
    super(
      legacyRatio(Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : share > 1 ? 1 : 0),
    );
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
