import type { AttributeValues, InstrumentationScope, Resource } from "@spoor/trace";

/** What the batches of all signals have: where values lie, and what rows share. */
export interface SignalBatch extends AttributeValues {
  readonly resources: Resource[];
  readonly scopes: InstrumentationScope[];
  /** How often it was cleared. */
  readonly generation: number;
  /** Index into `resources` of each row. */
  readonly resourceIndices: Uint32Array;
  /** Index into `scopes` of each row. */
  readonly scopeIndices: Uint32Array;
}
