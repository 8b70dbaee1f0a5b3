/** What the instrumentation of Koa leaves open: it records what a route threw, and no status. */
import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { errorMessage } from "@spoor/trace/basics";

/** Gives a span of it the status of an error as soon as one is recorded. */
export function koaSpanStarted(span: Span): void {
  if (!span.isRecording()) return;
  const record = span.recordException.bind(span);
  span.recordException = (exception, time) => {
    record(exception, time);
    if (isRefusal(exception)) return;
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(exception) });
  };
}

/** An answer such as 404, which is thrown (`context.throw(404)`) and is no error of the server. */
function isRefusal(exception: unknown): boolean {
  if (typeof exception !== "object" || exception === null || !("status" in exception)) return false;
  const { status } = exception;
  return typeof status === "number" && status >= 400 && status < 500;
}
