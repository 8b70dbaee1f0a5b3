import type { AttributeValue, Attributes } from "@spoor/trace";

/** A log record or an event that this process sends, besides its spans. */
export interface SenderEvent {
  /** Which event it is, such as `spoor.loss`; empty for a plain log record. */
  readonly eventName: string;
  readonly timeUnixNano: bigint;
  /** 1 to 24, as OTLP numbers them; 9 is INFO, 13 WARN, 17 ERROR. */
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  /** 32 lower-case hex digits, or empty. */
  readonly traceId: string;
  /** 16 lower-case hex digits, or empty. */
  readonly spanId: string;
  readonly flags: number;
  /** Which part of the application it comes from: OTLP's instrumentation scope. */
  readonly scopeName: string;
}
