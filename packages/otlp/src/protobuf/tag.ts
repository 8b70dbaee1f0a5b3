/** The wire types that proto3 uses; 3 and 4 (groups), 6 and 7 have no place in OTLP. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export type WireType = (typeof WireType)[keyof typeof WireType];

/** The field number in a tag. */
export function tagField(tag: number): number {
  return tag >>> 3;
}

/** Tag of a field whose value is a varint: intN, uintN, bool, enum. */
export function varintTag(field: number): number {
  return field * 8 + WireType.varint;
}

/** Tag of a field whose value is 8 bytes: fixed64, double. */
export function fixed64Tag(field: number): number {
  return field * 8 + WireType.fixed64;
}

/** Tag of a field with a length prefix: string, bytes, message. */
export function bytesTag(field: number): number {
  return field * 8 + WireType.bytes;
}

/** Tag of a field whose value is 4 bytes: fixed32. */
export function fixed32Tag(field: number): number {
  return field * 8 + WireType.fixed32;
}
