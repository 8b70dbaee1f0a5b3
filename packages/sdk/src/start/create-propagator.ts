import type { TextMapPropagator } from "@opentelemetry/api";
import { B3Propagator } from "../propagation/b3-propagator.ts";
import { BaggagePropagator } from "../propagation/baggage-propagator.ts";
import { CompositePropagator } from "../propagation/composite-propagator.ts";
import { JaegerPropagator } from "../propagation/jaeger-propagator.ts";
import { W3cPropagator } from "../propagation/w3c-propagator.ts";
import type { PropagatorName } from "../settings/settings.ts";

const PROPAGATORS: Readonly<Record<PropagatorName, () => TextMapPropagator>> = {
  tracecontext: () => new W3cPropagator(),
  baggage: () => new BaggagePropagator(),
  b3: () => new B3Propagator("single"),
  b3multi: () => new B3Propagator("multi"),
  jaeger: () => new JaegerPropagator(),
};

/** The propagators that the settings name, as one; undefined for none. */
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator | undefined {
  if (names.length === 0) return undefined;
  return new CompositePropagator(names.map((name) => PROPAGATORS[name]()));
}
