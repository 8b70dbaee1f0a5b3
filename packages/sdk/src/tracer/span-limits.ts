/** How much one span may hold. The names are those of the specification and of other SDKs. */
export interface SpanLimits {
  /** UTF-16 units of a text value and bytes of a byte value; what is longer is cut. */
  readonly attributeValueLengthLimit: number;
  readonly attributeCountLimit: number;
  readonly eventCountLimit: number;
  readonly linkCountLimit: number;
  readonly attributePerEventCountLimit: number;
  readonly attributePerLinkCountLimit: number;
}

/** The defaults of the specification: 128 of everything, values of any length. */
export const SPAN_LIMITS: SpanLimits = {
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
  attributeCountLimit: 128,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
};
