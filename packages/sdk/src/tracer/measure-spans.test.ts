import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Attributes,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  ROOT_CONTEXT,
  trace,
} from "@opentelemetry/api";
import { alwaysOff, alwaysOn, type Sampler } from "../sampling/sampler.ts";
import { alwaysRecord } from "../sampling/official-sampler.ts";
import { SpoorTracerProvider } from "./tracer-provider.ts";

/** A meter provider that sums, by metric and attributes. */
class SummingMeterProvider implements MeterProvider {
  readonly sums = new Map<string, number>();

  getMeter(): Meter {
    const instrument = (name: string): { add(value: number, attributes?: Attributes): void } => ({
      add: (value, attributes = {}) => {
        const key = [name.replace("otel.sdk.span.", ""), ...Object.values(attributes)].join(" ");
        this.sums.set(key, (this.sums.get(key) ?? 0) + value);
      },
    });
    return Object.assign(createNoopMeter(), {
      createCounter: instrument,
      createUpDownCounter: instrument,
    });
  }
}

function providerWith(sampler: Sampler): [SpoorTracerProvider, SummingMeterProvider] {
  const meterProvider = new SummingMeterProvider();
  const sink = { accept: () => undefined, spansWaiting: () => undefined };
  return [new SpoorTracerProvider({ sink, sampler, meterProvider }), meterProvider];
}

test("a meter provider hears how many spans start, from what parents, and how many are open", () => {
  const [provider, { sums }] = providerWith(alwaysOn);
  const tracer = provider.getTracer("test");
  const root = tracer.startSpan("root", {}, ROOT_CONTEXT);
  tracer.startSpan("child", {}, trace.setSpan(ROOT_CONTEXT, root)).end();
  const remote = { ...root.spanContext(), isRemote: true };
  tracer.startSpan("served", {}, trace.setSpanContext(ROOT_CONTEXT, remote));
  assert.deepEqual(Object.fromEntries(sums), {
    "started none RECORD_AND_SAMPLE": 1,
    "started local RECORD_AND_SAMPLE": 1,
    "started remote RECORD_AND_SAMPLE": 1,
    "live RECORD_AND_SAMPLE": 2,
  });
});

test("spans that are sampled out are counted and never open; recorded ones are", () => {
  const [off, offMeters] = providerWith(alwaysOff);
  off.getTracer("test").startSpan("dropped", {}, ROOT_CONTEXT).end();
  assert.deepEqual(Object.fromEntries(offMeters.sums), { "started none DROP": 1 });
  const [record, recordMeters] = providerWith(alwaysRecord(alwaysOff));
  record.getTracer("test").startSpan("recorded", {}, ROOT_CONTEXT).end();
  assert.deepEqual(Object.fromEntries(recordMeters.sums), {
    "started none RECORD_ONLY": 1,
    "live RECORD_ONLY": 0,
  });
});
