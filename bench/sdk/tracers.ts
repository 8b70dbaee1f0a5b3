/*
 * One tracer of each SDK. Ours and the official one end in the bytes of OTLP requests that nobody
 * sends: what a span costs, without what it costs to send it.
 */
import { context, trace } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { ddTracer } from "./dd-trace.ts";
import type { Sampling, TracerUnderTest } from "./tracer-under-test.ts";

/** Makes the tracer of an SDK and registers what it needs, once in a process. */
export const TRACERS: Readonly<Record<string, (sampling: Sampling) => Promise<TracerUnderTest>>> = {
  spoor: spoorTracer,
  official: officialTracer,
  "dd-trace": ddTracer,
};

async function spoorTracer(sampling: Sampling): Promise<TracerUnderTest> {
  const sdk = await import("@spoor/sdk");
  const contextManager = new sdk.SpoorContextManager();
  let byteCount = 0;
  const provider = new sdk.SpoorTracerProvider({
    contextManager,
    sampler: sdk.parentBased({ root: sampling === "on" ? sdk.alwaysOn : sdk.ratio(0) }),
    sink: {
      accept: ({ bytes }) => {
        byteCount += bytes.length;
      },
      spansWaiting: () => undefined,
    },
  });
  context.setGlobalContextManager(contextManager);
  trace.setGlobalTracerProvider(provider);
  const flush = async (): Promise<number> => {
    await provider.forceFlush();
    return byteCount;
  };
  return { tracer: trace.getTracer("bench", "1"), flush };
}

async function officialTracer(sampling: Sampling): Promise<TracerUnderTest> {
  const sdk = await import("@opentelemetry/sdk-trace");
  const { AsyncLocalStorageContextManager } = await import("@opentelemetry/context-async-hooks");
  const { ProtobufTraceSerializer } = await import("@opentelemetry/otlp-transformer");
  let byteCount = 0;
  const exporter: SpanExporter = {
    export(spans, done) {
      byteCount += ProtobufTraceSerializer.serializeRequest(spans)?.length ?? 0;
      done({ code: ExportResultCode.SUCCESS });
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const root = sampling === "on" ? new sdk.AlwaysOnSampler() : new sdk.TraceIdRatioBasedSampler(0);
  const provider = new sdk.TracerProvider({
    sampler: new sdk.ParentBasedSampler({ root }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const flush = async (): Promise<number> => {
    await provider.forceFlush();
    return byteCount;
  };
  return { tracer: trace.getTracer("bench", "1"), flush };
}
