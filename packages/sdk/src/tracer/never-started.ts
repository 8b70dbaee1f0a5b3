/*
 * Tells when our own `traced` is called in a process where nobody started an SDK: the application
 * means to be traced, and is not. Who uses the API alone cannot be told, since nothing of this
 * package runs there.
 */
import { isSpanContextValid, type Span } from "@opentelemetry/api";

/** Whether an SDK was started here, or its absence was told. */
let isSettled = false;

/** An SDK was started, if only to be disabled. */
export function noteStarted(): void {
  isSettled = true;
}

/** Tells once that `span` is none, unless an SDK, ours or another, has made it or was disabled. */
export function checkStarted(span: Span): void {
  if (isSettled || isSpanContextValid(span.spanContext())) return;
  isSettled = true;
  if (process.env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return;
  process.emitWarning(
    "traced() was called, but no SDK was started, so nothing is traced. " +
      "Call spoor(), or start the application with: node --import @spoor/sdk/auto",
    { type: "SpoorWarning", code: "tracer_never_started" },
  );
}
