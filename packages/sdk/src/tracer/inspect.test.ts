import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { type Attributes, ROOT_CONTEXT } from "@opentelemetry/api";
import { alwaysOn } from "../sampling/sampler.ts";
import { SpoorTracerProvider, type TracerProviderOptions } from "./tracer-provider.ts";

function newProvider(options: Partial<TracerProviderOptions> = {}): SpoorTracerProvider {
  const sink = { accept: () => undefined, spansWaiting: () => undefined };
  return new SpoorTracerProvider({ sink, sampler: alwaysOn, ...options });
}

test("a span is printed as what it says, not as what it holds", () => {
  const provider = newProvider({ resource: { attributes: { "service.name": "shop" } } });
  const tracer = provider.getTracer("app", "1.2");
  const span = tracer.startSpan("charge", { attributes: { order: 7 } }, ROOT_CONTEXT);
  const text = inspect(span, { depth: 5 });
  assert.match(text, /^RecordingSpan \{/u);
  for (const part of ["'charge'", "order: 7", "'shop'", span.spanContext().traceId]) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(!text.includes("host:"));
  assert.equal(inspect({ span }, { depth: 0 }), "{ span: [RecordingSpan] }");
});

test("a provider is printed with its tracers and without a word of what its resource awaits", () => {
  const attributes = Promise.withResolvers<string>();
  const provider = newProvider({
    resource: {
      get attributes(): never {
        throw new Error("asked too early");
      },
      getRawAttributes: () => [
        ["service.name", "shop"],
        ["cloud.region", attributes.promise],
      ],
    } as unknown as { attributes: Attributes }, // as the official Resource is one
  });
  provider.getTracer("a");
  provider.getTracer("b", "0.0.1");
  const text = inspect(provider, { depth: 4 });
  for (const part of ["SpoorTracerProvider", "'a@:'", "'b@0.0.1:'", "'service.name': 'shop'"]) {
    assert.ok(text.includes(part), `${part}: ${text}`);
  }
  assert.ok(!text.includes("cloud.region"));
});
