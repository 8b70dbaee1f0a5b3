/** Our Jaeger propagator under the names of `@opentelemetry/propagator-jaeger`. */
import { JaegerPropagator as Ours } from "@spoor/sdk";

export const UBER_TRACE_ID_HEADER = "uber-trace-id";
export const UBER_BAGGAGE_HEADER_PREFIX = "uberctx";

interface Options {
  readonly customTraceHeader?: string;
  readonly customBaggageHeaderPrefix?: string;
}

export class JaegerPropagator extends Ours {
  constructor(given?: string | Options) {
    const options = typeof given === "string" ? { customTraceHeader: given } : given;
    super({
      ...(options?.customTraceHeader && { traceHeader: options.customTraceHeader }),
      ...(options?.customBaggageHeaderPrefix && {
        baggagePrefix: options.customBaggageHeaderPrefix,
      }),
    });
  }
}
