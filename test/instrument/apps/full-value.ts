/* Sets a value that is too large, and starts a span below one that has ended. */
import { context, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("full-value-app");
tracer.startActiveSpan("work", (span) => {
  span.setAttribute("order.note", "n".repeat(5000));
  span.end();
  tracer.startSpan("too late", {}, context.active()).end();
});
