/*
 * Each SDK as its users set it up to send over OTLP/gRPC: what a span costs with sending it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { context, trace, type Tracer } from "@opentelemetry/api";

/** An SDK that sends. */
export interface SendingTracer {
  readonly tracer: Tracer;
  /** Waits until every span is with the receiver. */
  flush(): Promise<void>;
}

/** Starts an SDK that sends to a port of this machine, once in a process. */
export const EXPORTERS: Readonly<Record<string, (port: number) => Promise<SendingTracer>>> = {
  spoor: (port) => sendWithSpoor(port, "otlp"),
  unsent: (port) => sendWithSpoor(port, "none"),
  official: sendWithOfficial,
  none: sendNothing,
};

/** Of the official SDK, whose flush does not wait for the request that is on its way. */
const ANSWER_MS = 500;

async function sendWithSpoor(port: number, exporter: "otlp" | "none"): Promise<SendingTracer> {
  const { spoor } = await import("@spoor/sdk");
  const handle = spoor({
    service: "bench",
    endpoint: `http://127.0.0.1:${port}`,
    protocol: "grpc",
    quiet: true,
    environment: { ...process.env, OTEL_TRACES_EXPORTER: exporter },
  });
  return {
    tracer: handle.getTracer("bench"),
    flush: async () => {
      await handle.flush();
    },
  };
}

/** The API alone: what the loop around the spans costs. */
async function sendNothing(): Promise<SendingTracer> {
  return { tracer: trace.getTracer("bench"), flush: async () => undefined };
}

async function sendWithOfficial(port: number): Promise<SendingTracer> {
  const sdk = await import("@opentelemetry/sdk-trace");
  const { AsyncLocalStorageContextManager } = await import("@opentelemetry/context-async-hooks");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
  const exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}` });
  const provider = new sdk.TracerProvider({
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    tracer: trace.getTracer("bench"),
    flush: async () => {
      await provider.forceFlush();
      await delay(ANSWER_MS);
    },
  };
}
