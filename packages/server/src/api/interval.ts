/* Intervals that are asked for. */
import { parameterInvalid, type Problem } from "./problem.ts";

/** The problem of an interval that holds nothing; undefined for one that does. */
export function intervalInvalid(fromUnixNano: bigint, toUnixNano: bigint): Problem | undefined {
  if (fromUnixNano < toUnixNano) return undefined;
  return parameterInvalid("from, to", "the interval is empty: from must be earlier than to");
}

/**
 * The step of an interval: what was asked for, else one of a round length so that there are at most
 * `stepsMax / 2`.
 */
export function stepOf(
  { fromUnixNano, toUnixNano }: { readonly fromUnixNano: bigint; readonly toUnixNano: bigint },
  asked: bigint | undefined,
  { wanted, max }: { readonly wanted: number; readonly max: number },
): bigint | Problem {
  const length = toUnixNano - fromUnixNano;
  if (asked !== undefined) {
    if ((length + asked - 1n) / asked <= BigInt(max)) return asked;
    return parameterInvalid("step", `gives more than ${max} steps in this interval`);
  }
  const least = length / BigInt(wanted);
  const round = ROUND_STEPS.find((step) => step >= least);
  return round ?? (least / DAY_NANO + 1n) * DAY_NANO;
}

const SECOND_NANO = 1_000_000_000n;
const DAY_NANO = 86_400n * SECOND_NANO;

const ROUND_STEPS = [
  ...[1n, 2n, 5n, 10n, 20n, 50n, 100n, 200n, 500n].map((ms) => ms * 1_000_000n),
  ...[1n, 2n, 5n, 10n, 15n, 30n, 60n, 120n, 300n, 600n, 900n, 1800n].map((s) => s * SECOND_NANO),
  ...[1n, 2n, 3n, 6n, 12n, 24n].map((hours) => hours * 3_600n * SECOND_NANO),
];
