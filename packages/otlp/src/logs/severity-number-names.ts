import { SEVERITY_NUMBER_MAX, severityName } from "@spoor/trace";

/** The names of the severity numbers, each at the place of its number. */
export const SEVERITY_NUMBER_NAMES: readonly string[] = Array.from(
  { length: SEVERITY_NUMBER_MAX + 1 },
  (_, severityNumber) => `SEVERITY_NUMBER_${severityName(severityNumber) || "UNSPECIFIED"}`,
);
