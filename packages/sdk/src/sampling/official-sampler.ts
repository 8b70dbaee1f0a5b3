import type { Attributes, Link } from "@opentelemetry/api";
import { storedValue } from "../base/attribute-value.ts";
import { alwaysOff, Decision, type OfficialSampler, type Sampler } from "./sampler.ts";

const DECISIONS: ReadonlySet<number> = new Set(Object.values(Decision));

/** A sampler that was written for another SDK. */
export function fromOfficialSampler(sampler: OfficialSampler): Sampler {
  return {
    decide(start) {
      const { context, trace, name, kind, options } = start;
      const { decision, attributes, traceState } = sampler.shouldSample(
        context,
        trace.traceId,
        name,
        kind,
        checkedAttributes(options?.attributes),
        (options?.links ?? []).map(checkedLink),
      );
      if (!isDecision(decision)) return alwaysOff.decide(start);
      return { decision, attributes, traceState };
    },
    toString: () => sampler.toString(),
  };
}

/** What it would find on the span: without what has no form in OTLP. */
function checkedAttributes(attributes: Attributes | undefined): Attributes {
  if (attributes === undefined) return {};
  const entries = Object.entries(attributes);
  return Object.fromEntries(
    entries.filter(([key, value]) => key !== "" && storedValue(value) !== undefined),
  );
}

function checkedLink(link: Link): Link {
  const { attributes } = link;
  return attributes === undefined ? link : { ...link, attributes: checkedAttributes(attributes) };
}

function isDecision(value: number): value is Decision {
  return DECISIONS.has(value);
}

/** Records what another sampler drops, for processors that count all spans; sends no more. */
export function alwaysRecord(sampler: Sampler): Sampler {
  return {
    decide(start) {
      const answer = sampler.decide(start);
      return answer.decision === Decision.drop ? { ...answer, decision: Decision.record } : answer;
    },
    toString: () => `AlwaysRecordSampler{${sampler.toString()}}`,
  };
}
