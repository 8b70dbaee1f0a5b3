/* How long operations usually take, as it is told beside a span. */

/** What a service does again and again. */
export interface Operation {
  readonly service: string;
  /** Of its spans. */
  readonly name: string;
  /** As OTLP numbers it. A call and its serving may have one name, and take different times. */
  readonly kind: number;
}

/** What is usual for an operation. */
export interface Usual {
  /** The middle of the day before; null where nobody knows. */
  readonly nano: number | null;
  /** "usually 118 ms"; empty where nobody knows. */
  readonly sentence: string;
}

/** What is known of operations. */
export interface KnownDurations {
  readonly of: (operation: Operation) => Usual;
}

/** Of what nobody was asked about. */
export const UNKNOWN_USUAL: Usual = { nano: null, sentence: "" };
