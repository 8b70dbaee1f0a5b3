/**
 * Everything that can be found wrong with the tracing of a process. A code is registered here once,
 * never reused, and means what stands beside it.
 */
export const FINDING_CODES = {
  api_duplicate: "several copies of @opentelemetry/api are loaded, and spans of one are not traced",
  context_lost:
    "a call to another system has no parent, although this process was serving a request",
  endpoint_unreachable: "nobody listened at the address where spans go, so that they had to wait",
  http_client_untraced: "this version of Node does not tell of outgoing requests of node:http",
  instrumentation_failed: "an instrumentation failed inside a call of the application",
  instrumentation_without_effect:
    "an official instrumentation does not know the version of its library",
  instrumentation_missing: "a library is used whose instrumentation is not installed",
  loaded_too_early: "a library was loaded before this SDK, so its calls have no spans",
  nothing_exported: "spans ended, but for half a minute no server took any",
  provider_replaced: "another tracer provider is registered, and spans go there",
  span_never_ended: "a span is open for so long that nobody will end it",
  started_under_ended_parent: "a span was started below one that had ended already",
  tracer_never_started: "spans were asked for, but no SDK was started",
} as const;

/** A registered finding. */
export type FindingCode = keyof typeof FINDING_CODES;
