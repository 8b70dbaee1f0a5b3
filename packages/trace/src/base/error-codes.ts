/** Every error code of this package, with what it means. Registered once, never reused. */
export const TRACE_ERROR_CODES = {
  SPOOR_SKELETON_MALFORMED: "what arrived in the place of the shape of a trace cannot be read",
} as const;

/** A registered error code of this package. */
export type TraceErrorCode = keyof typeof TRACE_ERROR_CODES;
