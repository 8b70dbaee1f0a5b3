import type { Tracer } from "@opentelemetry/api";

/** An SDK under measurement. */
export interface TracerUnderTest {
  readonly tracer: Tracer;
  /** Bytes of finished spans so far, after a flush. */
  readonly flush: () => Promise<number>;
}

/** Whether spans are kept, by a parent-based sampler over always on or a ratio of 0. */
export type Sampling = "on" | "off";
