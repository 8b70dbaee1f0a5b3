/** StatusCode as OTLP numbers it (opentelemetry/proto/trace/v1/trace.proto, Status.StatusCode). */
export const StatusCode = { unset: 0, ok: 1, error: 2 } as const;

export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

const NAMES = ["unset", "ok", "error"] as const;

/** The status code in words. */
export function statusCodeName(code: StatusCode): (typeof NAMES)[number] {
  return NAMES[code];
}

/** Whether a number read from the wire is a status code that this version knows. */
export function isStatusCode(value: number): value is StatusCode {
  return value === StatusCode.unset || value === StatusCode.ok || value === StatusCode.error;
}

/** The outcome of a span; `message` is empty unless the code is error. */
export interface SpanStatus {
  readonly code: StatusCode;
  readonly message: string;
}
