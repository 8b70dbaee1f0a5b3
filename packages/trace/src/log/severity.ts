/** The largest severity number that OTLP defines; 0 means that the sender did not say. */
export const SEVERITY_NUMBER_MAX = 24;

/** Numbers per name: INFO, INFO2, INFO3, INFO4. */
const STEPS = 4;

/** Whether `value` is 0 or a severity number of OTLP, 1 to 24. */
export function isSeverityNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= SEVERITY_NUMBER_MAX;
}

/** The names of severities without a step, in small letters, least severe first. */
export const SEVERITY_NAMES: readonly SeverityName[] = [
  "trace",
  "debug",
  "info",
  "warn",
  "error",
  "fatal",
];

/** A severity as people name it. */
export type SeverityName = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** The least severity number that has this name, such as 17 for `error`. */
export function severityNumberOf(name: SeverityName): number {
  return SEVERITY_NAMES.indexOf(name) * STEPS + 1;
}

/**
 * The short name of a severity number, such as `INFO` for 9 and `INFO2` for 10; empty for 0.
 * Source: OpenTelemetry logs data model, "Displaying Severity".
 */
export function severityName(severityNumber: number): string {
  if (severityNumber < 1) return "";
  const name = (SEVERITY_NAMES[Math.floor((severityNumber - 1) / STEPS)] ?? "").toUpperCase();
  const step = (severityNumber - 1) % STEPS;
  return step === 0 ? name : `${name}${step + 1}`;
}
