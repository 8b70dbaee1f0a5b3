/** Our B3 propagators under the names of `@opentelemetry/propagator-b3`. */
import { B3Propagator as Ours } from "@spoor/sdk";

export const B3_CONTEXT_HEADER = "b3";
export const X_B3_TRACE_ID = "x-b3-traceid";
export const X_B3_SPAN_ID = "x-b3-spanid";
export const X_B3_SAMPLED = "x-b3-sampled";
export const X_B3_PARENT_SPAN_ID = "x-b3-parentspanid";
export const X_B3_FLAGS = "x-b3-flags";
export { B3_DEBUG_KEY as B3_DEBUG_FLAG_KEY } from "@spoor/sdk/conformance-parts";
export const B3InjectEncoding = { SINGLE_HEADER: 0, MULTI_HEADER: 1 } as const;

export class B3Propagator extends Ours {
  constructor(options: { injectEncoding?: number } = {}) {
    super(options.injectEncoding === B3InjectEncoding.MULTI_HEADER ? "multi" : "single");
  }
}
export class B3SinglePropagator extends Ours {
  constructor() {
    super("single");
  }
}
export class B3MultiPropagator extends Ours {
  constructor() {
    super("multi");
  }
}
