import type { TextMapPropagator } from "@opentelemetry/api";
import { W3cPropagator } from "../propagation/w3c-propagator.ts";
import type { PropagatorName } from "../settings/settings.ts";

/** The propagator that the settings name; undefined for none. */
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator | undefined {
  return names.includes("tracecontext") ? new W3cPropagator() : undefined;
}
