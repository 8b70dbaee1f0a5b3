/*
 * An application that is traced by `--import @spoor/sdk/auto` and knows nothing of it. What it does
 * is its first argument.
 */
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { trace } from "@opentelemetry/api";

const tracer = trace.getTracer("application", "1.0.0");

function makeSpans(count) {
  for (let index = 0; index < count; index += 1) {
    const span = tracer.startSpan(`job ${index}`);
    span.setAttribute("job.index", index);
    span.end();
  }
}

function blockForEver() {
  for (;;) Math.sqrt(2);
}

const stories = {
  /** All spans in one turn of the event loop, then nothing left to do. */
  burst: () => makeSpans(5000),
  end: () => makeSpans(3),
  exit: () => {
    makeSpans(3);
    process.exit(0);
  },
  crash: () => {
    makeSpans(3);
    throw new Error("the application broke");
  },
  reject: () => {
    makeSpans(3);
    void Promise.reject(new Error("nobody caught this"));
  },
  /** 8,000 spans/s for a second and a half. */
  steady: async () => {
    for (let slice = 0; slice < 60; slice += 1) {
      makeSpans(200);
      await delay(25);
    }
  },
  /** A server that ends by its signal and has no listener of its own. */
  serve: () => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      makeSpans(3);
      process.stdout.write("ready\n");
    });
    return server;
  },
  /** A server that ends itself gracefully, and says so. */
  graceful: () => {
    const server = createServer().listen(0, "127.0.0.1", () => process.stdout.write("ready\n"));
    process.on("SIGTERM", () => {
      makeSpans(3);
      process.stdout.write("closing\n");
      setTimeout(() => server.close(() => process.stdout.write("closed\n")), 200);
    });
  },
  /** Asks the provider to flush, as aws-lambda's instrumentation does, and does not look back. */
  forceFlush: async () => {
    makeSpans(3);
    void trace.getTracerProvider().getDelegate().forceFlush();
    await delay(100);
    process.stdout.write("alive\n");
  },
  /** Computes in the middle of a request, without an end, once everything is loaded. */
  blocked: async () => {
    await delay(1000);
    await tracer.startActiveSpan("order", async () => {
      await delay(10);
      blockForEver();
    });
  },
  idle: () => undefined,
};

await stories[process.argv[2]]?.();
