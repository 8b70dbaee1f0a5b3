/** Reports that this process makes itself, from what it knows about its own objects. */
import {
  type Certainty,
  type Clock,
  unknownWait,
  type WaitEvidence,
  type WaitHolder,
  type WaitReport,
} from "@spoor/trace";
import type { Actor } from "../instrument/database/connection-registry.ts";
import type { OpenSpan } from "../tracer/open-spans.ts";

/** A report about `span`, with these fields instead of an unknown wait's. */
export function reportOn(span: OpenSpan, clock: Clock, fields: Partial<WaitReport>): WaitReport {
  return {
    ...unknownWait("", clock.nowUnixNano()),
    gaps: [],
    sinceUnixNano: span.startUnixNano,
    ...fields,
  };
}

/** That nothing is known about `span`, and why. */
export function unknownOn(span: OpenSpan, clock: Clock, reason: string): WaitReport {
  return reportOn(span, clock, { gaps: [reason] });
}

/** One fact that was seen. */
export function seen(source: string, fact: string): WaitEvidence {
  return evidence("seen", source, fact);
}

/** One fact. */
export function evidence(certainty: Certainty, source: string, fact: string): WaitEvidence {
  return { certainty, source, fact };
}

/** A holder that is a request of this process. */
export function ownHolder(
  by: Actor | undefined,
  fields: Partial<WaitHolder> & { readonly callSite?: string } = {},
): WaitHolder {
  const { callSite, ...others } = fields;
  const isNamed = by !== undefined && by.traceId !== "";
  const site = callSite === undefined || callSite === "" ? {} : { callSite };
  return {
    role: "root",
    instrumentation: "yes",
    isClientGone: false,
    ...(isNamed ? { span: { traceId: by.traceId, spanId: by.spanId, ...site } } : {}),
    ...(isNamed || callSite === undefined ? {} : { processUnknown: `this process at ${callSite}` }),
    ...others,
  };
}
