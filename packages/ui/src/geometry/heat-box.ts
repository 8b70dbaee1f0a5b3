/* A rectangle of the heat map, and how it stands in the address. */

/** A rectangle of the heat map, in ns. */
export interface HeatBox {
  readonly fromUnixNano: bigint;
  /** Exclusive. */
  readonly toUnixNano: bigint;
  readonly durationMinNano: number;
  /** Exclusive. */
  readonly durationMaxNano: number;
}

const BOX = /^(\d{1,20})-(\d{1,20})-(\d{1,20})-(\d{1,20})$/;

/** A box as it stands in the address. */
export function boxText(box: HeatBox): string {
  const { fromUnixNano, toUnixNano, durationMinNano, durationMaxNano } = box;
  return `${fromUnixNano}-${toUnixNano}-${durationMinNano}-${durationMaxNano}`;
}

/** The box that {@link boxText} wrote; undefined for anything else. */
export function boxOf(text: string | undefined): HeatBox | undefined {
  const match = BOX.exec(text ?? "");
  if (match === null) return undefined;
  const [, from = "", to = "", least = "", most = ""] = match;
  return {
    fromUnixNano: BigInt(from),
    toUnixNano: BigInt(to),
    durationMinNano: Number(least),
    durationMaxNano: Number(most),
  };
}
