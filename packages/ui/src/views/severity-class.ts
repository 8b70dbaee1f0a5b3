/** The class of the colour of a log record; empty below a warning. */
export function severityClass(severityNumber: number): string {
  if (severityNumber >= 17) return "is-error";
  return severityNumber >= 13 ? "is-warning" : "";
}
