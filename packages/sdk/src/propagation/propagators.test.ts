import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";
import * as fc from "fast-check";
import { B3Propagator } from "./b3-propagator.ts";
import { BaggagePropagator } from "./baggage-propagator.ts";
import { JaegerPropagator } from "./jaeger-propagator.ts";
import { W3cPropagator } from "./w3c-propagator.ts";
import { W3cTraceState } from "./w3c-trace-state.ts";

const IDS = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

function sent(propagator: TextMapPropagator, context: Context): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}

function read(propagator: TextMapPropagator, carrier: Record<string, unknown>): Context {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

test("what a propagator writes it reads again", () => {
  const propagators = [
    new W3cPropagator(),
    new B3Propagator("single"),
    new B3Propagator("multi"),
    new JaegerPropagator(),
  ];
  for (const propagator of propagators) {
    for (const traceFlags of [0, 1]) {
      const context = trace.setSpanContext(ROOT_CONTEXT, { ...IDS, traceFlags });
      const spanContext = trace.getSpanContext(read(propagator, sent(propagator, context)));
      assert.deepEqual(spanContext, { ...IDS, traceFlags, isRemote: true });
    }
  }
});

test("the random flag goes on, flags of no known meaning do not", () => {
  const carrier = { traceparent: `00-${IDS.traceId}-${IDS.spanId}-ff` };
  const context = read(new W3cPropagator(), carrier);
  assert.equal(trace.getSpanContext(context)?.traceFlags, 3);
  assert.match(sent(new W3cPropagator(), context)["traceparent"] ?? "", /-03$/);
});

test("no header makes a propagator throw, and what it reads is valid", () => {
  const propagators = [
    new W3cPropagator(),
    new B3Propagator("single"),
    new JaegerPropagator(),
    new BaggagePropagator(),
  ];
  const name = fc.constantFrom(
    "traceparent",
    "tracestate",
    "b3",
    "x-b3-traceid",
    "uber-trace-id",
    "baggage",
  );
  const hex = fc.string({
    unit: fc.constantFrom(...Array.from("0123456789abcdefg-:,=;%")),
    maxLength: 70,
  });
  const value = fc.oneof(hex, fc.string(), fc.array(fc.string(), { maxLength: 3 }), fc.integer());
  fc.assert(
    fc.property(fc.dictionary(name, value), (carrier) => {
      for (const propagator of propagators) {
        const spanContext = trace.getSpanContext(read(propagator, carrier));
        if (spanContext === undefined) continue;
        assert.match(spanContext.traceId, /^(?!0{32})[0-9a-f]{32}$/);
        assert.match(spanContext.spanId, /^(?!0{16})[0-9a-f]{16}$/);
      }
    }),
    { numRuns: 2000 },
  );
});

test("baggage survives any text", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.dictionary(text, text, { maxKeys: 5 }), (entries) => {
      const list = Object.entries(entries).filter(([key, value]) => key.trim() && value.trim());
      const baggage = propagation.createBaggage(
        Object.fromEntries(list.map(([key, value]) => [key, { value }])),
      );
      const propagator = new BaggagePropagator();
      const carrier = sent(propagator, propagation.setBaggage(ROOT_CONTEXT, baggage));
      const found = propagation.getBaggage(read(propagator, carrier))?.getAllEntries() ?? [];
      assert.deepEqual(new Map(found.map(([key, { value }]) => [key, value])), new Map(list));
    }),
  );
});

test("half of a surrogate pair in baggage does no harm", () => {
  const baggage = propagation.createBaggage({ key: { value: "a\ud83d" } });
  const context = propagation.setBaggage(ROOT_CONTEXT, baggage);
  assert.equal(sent(new BaggagePropagator(), context)["baggage"], "key=a%EF%BF%BD");
});

test("a member that is set goes to the front and pushes the 33rd out", () => {
  const header = Array.from({ length: 32 }, (_, index) => `k${index}=v`).join(",");
  const state = W3cTraceState.parse(header)?.set("new", "1");
  assert.ok(state?.serialize().startsWith("new=1,k0=v,"));
  assert.equal(state?.get("k31"), undefined);
  assert.equal(state?.set("Not A Key", "1"), state);
  assert.equal(W3cTraceState.parse(`${header},k32=v`), undefined);
});
