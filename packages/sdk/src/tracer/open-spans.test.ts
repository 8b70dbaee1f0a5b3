import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { alwaysOn } from "../sampling/sampler.ts";
import { SPAN_LIMITS } from "./span-limits.ts";
import { SpoorTracerProvider } from "./tracer-provider.ts";

function startProvider(): SpoorTracerProvider {
  return new SpoorTracerProvider({
    sink: { accept: () => undefined, spansWaiting: () => undefined },
    sampler: alwaysOn,
    limits: SPAN_LIMITS,
  });
}

function letAllGo(provider: SpoorTracerProvider): void {
  for (const open of provider.openSpans()) provider.letGo(open);
}

const namesOf = (provider: SpoorTracerProvider): string[] =>
  Array.from(provider.openSpans(), ({ name }) => name);

test("spans that were let go stay in their place until they end", () => {
  for (const ended of [0, 1, 2]) {
    const provider = startProvider();
    const tracer = provider.getTracer("test");
    const spans = ["first", "second", "third"].map((name) => tracer.startSpan(name));
    letAllGo(provider);
    // A second time changes nothing.
    letAllGo(provider);
    spans[ended]?.setAttribute("late", true);
    assert.deepEqual(namesOf(provider), ["first", "second", "third"]);
    assert.equal([...provider.openSpans()][ended]?.attributes["late"], true);
    spans[ended]?.end();
    spans[ended]?.end();
    assert.equal(provider.openSpanCount, 2);
    assert.deepEqual(
      namesOf(provider),
      ["first", "second", "third"].filter((_, index) => index !== ended),
    );
    tracer.startSpan("fourth");
    assert.equal(namesOf(provider).at(-1), "fourth");
  }
});

test("a span that nobody can end is found out, and one that somebody holds is not", async () => {
  setFlagsFromString("--expose-gc");
  // What V8 gives to every new context with this flag.
  const collect = runInNewContext("gc") as () => void;
  const provider = startProvider();
  const tracer = provider.getTracer("test");
  const held = tracer.startSpan("held");
  tracer.startSpan("forgotten");
  letAllGo(provider);
  // What was looked at stays until this turn of the event loop ends.
  await delay(1);
  collect();
  const unreachable = [...provider.openSpans()].filter(({ isUnreachable }) => isUnreachable);
  assert.deepEqual(
    unreachable.map(({ name }) => name),
    ["forgotten"],
  );
  held.end();
});
