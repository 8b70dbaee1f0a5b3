import type { HrTime, SpanContext } from "@opentelemetry/api";
import type { AttributeList } from "./attribute-list.ts";

/** An event of a span that has not ended yet. */
export interface RecordedEvent {
  readonly name: string;
  /** When, on the monotonic clock; means nothing where `givenTime` is set. */
  readonly atMs: number;
  readonly givenTime: HrTime | undefined;
  readonly attributeList: AttributeList | undefined;
}

/** A link of a span that has not ended yet. */
export interface RecordedLink {
  readonly context: SpanContext;
  readonly attributeList: AttributeList | undefined;
}
