import assert from "node:assert/strict";
import { test } from "node:test";
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import {
  alwaysOff,
  B3Propagator,
  CompositePropagator,
  parentBased,
  ratio,
  type ReadableSpan,
  traced,
  W3cPropagator,
} from "@spoor/sdk";
import { cutOf } from "@spoor/trace";
import { SdkUnderTest } from "./sdk-under-test.ts";

test("a cut value says how long it was, is counted, and no character of it is split", () => {
  const sdk = new SdkUnderTest({ limits: { attributeValueLengthLimit: 5 } });
  const attributes = { ascii: "abcdefgh", pair: "abcd😀", short: "ab", list: ["abcdefg", "a"] };
  sdk.tracer.startSpan("a", { attributes }).end();
  const { attributes: read } = sdk.span();
  assert.equal(read.get("ascii"), "abcde");
  assert.equal(read.get("pair"), "abcd");
  assert.deepEqual(read.get("list"), ["abcde", "a"]);
  assert.deepEqual(cutOf(read, "ascii"), { keptBytes: 5, originalBytes: 8 });
  assert.deepEqual(cutOf(read, "pair"), { keptBytes: 4, originalBytes: 8 });
  assert.equal(cutOf(read, "short"), undefined);
  assert.equal(sdk.provider.counts.losses.of("attribute_value_cut"), 3);
});

test("what is beyond a limit is counted on the span and in the ledger", () => {
  const limits = { attributeCountLimit: 2, eventCountLimit: 2, linkCountLimit: 1 };
  const sdk = new SdkUnderTest({ limits });
  const span = sdk.tracer.startSpan("a", { attributes: { a: 1, b: 2, c: 3 } });
  span.setAttribute("a", 4).setAttribute("d", 5);
  for (const name of ["first", "second", "third"]) span.addEvent(name);
  const link = { context: span.spanContext() };
  span.addLinks([link, link]).end();
  const read = sdk.span();
  assert.deepEqual(
    [...read.attributes],
    [
      ["a", 4n],
      ["b", 2n],
    ],
  );
  assert.equal(read.droppedAttributesCount, 2);
  assert.deepEqual(
    read.events.map(({ name }) => name),
    ["second", "third"],
  );
  assert.equal(read.droppedEventsCount, 1);
  assert.equal(read.droppedLinksCount, 1);
  assert.equal(sdk.provider.counts.losses.of("attribute_count"), 2);
  assert.equal(sdk.provider.counts.losses.of("event_count"), 1);
  assert.equal(sdk.provider.counts.losses.of("link_count"), 1);
});

test("values that OTLP has no form for are left out and counted", () => {
  const sdk = new SdkUnderTest();
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const attributes = {
    date: new Date(),
    call: () => 1,
    symbol: Symbol("s"),
    huge: 2n ** 70n,
    circle,
    "": 1,
    nothing: undefined,
    kept: "yes",
  };
  sdk.tracer.startSpan("a", { attributes }).end();
  const read = sdk.span();
  assert.deepEqual([...read.attributes.keys()], ["kept"]);
  assert.equal(read.droppedAttributesCount, 6);
  assert.equal(sdk.provider.counts.losses.of("attribute_value_unsupported"), 6);
});

test("an object changed after it was given does not change the span", () => {
  const sdk = new SdkUnderTest();
  const list = ["a"];
  const span = sdk.tracer.startSpan("a", { attributes: { list } });
  list.push("b");
  span.end();
  assert.deepEqual(sdk.span().attributes.get("list"), ["a"]);
});

test("OK is final, UNSET changes nothing, and only an error has a message", () => {
  const sdk = new SdkUnderTest();
  const span = sdk.tracer.startSpan("a");
  span.setStatus({ code: SpanStatusCode.ERROR, message: "bad" });
  span.setStatus({ code: SpanStatusCode.UNSET, message: "ignored" });
  span.setStatus({ code: SpanStatusCode.OK, message: "ignored" });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "late" });
  span.end();
  assert.deepEqual(sdk.span().status, { code: 1, message: "" });
});

test("times are taken in every form of the API", () => {
  const sdk = new SdkUnderTest();
  const unixMs = 1_790_000_000_123.5;
  const [seconds, nano] = [1_790_000_000, 123_500_001];
  const nowMs = performance.now();
  sdk.tracer.startSpan("number", { startTime: unixMs }).end(unixMs + 1);
  sdk.tracer
    .startSpan("date", { startTime: new Date(1_790_000_000_123) })
    .end(new Date(1_790_000_000_124));
  sdk.tracer.startSpan("pair", { startTime: [seconds, nano] }).end([seconds, nano + 1]);
  sdk.tracer.startSpan("reading", { startTime: nowMs }).end(nowMs + 2);
  sdk.tracer.startSpan("backwards", { startTime: unixMs }).end(unixMs - 50);
  const [number, date, pair, reading, backwards] = sdk.spans();
  assert.equal(number?.startTimeUnixNano, 1_790_000_000_123_500_000n);
  assert.equal(number?.endTimeUnixNano, 1_790_000_000_124_500_000n);
  assert.equal(date?.startTimeUnixNano, 1_790_000_000_123_000_000n);
  assert.equal(pair?.startTimeUnixNano, 1_790_000_000_123_500_001n);
  assert.equal(pair?.endTimeUnixNano, 1_790_000_000_123_500_002n);
  const elapsedNano = Number((reading?.endTimeUnixNano ?? 0n) - (reading?.startTimeUnixNano ?? 0n));
  assert.ok(Math.abs(elapsedNano - 2e6) < 10, `${elapsedNano} ns`);
  assert.equal(backwards?.endTimeUnixNano, backwards?.startTimeUnixNano);
});

test("flags say that the id is random, and whether the parent is of another process", () => {
  const sdk = new SdkUnderTest();
  const remote = propagation.createBaggage();
  assert.equal(remote.getAllEntries().length, 0);
  const carrier = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  const getter = {
    get: (from: Record<string, string>, key: string) => from[key],
    keys: (from: Record<string, string>) => Object.keys(from),
  };
  const under = new W3cPropagator().extract(ROOT_CONTEXT, carrier, getter);
  sdk.tracer.startSpan("root").end();
  sdk.tracer.startSpan("served", { kind: SpanKind.SERVER }, under).end();
  const [root, served] = sdk.spans();
  assert.equal(root?.flags, 0x103);
  assert.equal(served?.flags, 0x301);
  assert.equal(served?.traceId, "0af7651916cd43dd8448eb211c80319c");
  assert.equal(served?.parentSpanId, "b7ad6b7169203331");
});

test("headers that name different traces: one is followed, the other is linked", () => {
  const sdk = new SdkUnderTest();
  const both = new CompositePropagator([new B3Propagator("single"), new W3cPropagator()]);
  const carrier = {
    b3: "463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-1",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  };
  const getter = {
    get: (from: Record<string, string>, key: string) => from[key],
    keys: (from: Record<string, string>) => Object.keys(from),
  };
  sdk.tracer.startSpan("served", {}, both.extract(ROOT_CONTEXT, carrier, getter)).end();
  const read = sdk.span();
  assert.equal(read.traceId, "0af7651916cd43dd8448eb211c80319c");
  assert.deepEqual(
    read.links.map(({ traceId, spanId }) => [traceId, spanId]),
    [["463ac35c9f6413ad48485a3953bb6124", "a2fb4a1d1a96d312"]],
  );
});

test("below a span that was sampled out nothing is entered, made or sent", () => {
  const sdk = new SdkUnderTest({ sampler: parentBased({ root: ratio(0) }) });
  using _context = sdk.registerContext();
  sdk.tracer.startActiveSpan("root", (root) => {
    const outer = context.active();
    assert.equal(trace.getActiveSpan(), root);
    sdk.tracer.startActiveSpan("child", (child) => {
      assert.equal(context.active(), outer);
      assert.equal(child.isRecording(), false);
      assert.equal(child.spanContext().traceId, root.spanContext().traceId);
      child.end();
    });
    root.end();
  });
  assert.deepEqual(sdk.spans(), []);
  assert.equal(sdk.provider.counts.spansSampledOut, 2);
});

test("what fails inside never reaches the application", () => {
  const sdk = new SdkUnderTest({
    sampler: {
      decide: ({ name }) => {
        if (name === "sampler") throw new Error("sampler");
        return { decision: 2 };
      },
    },
    processors: [
      {
        onStart: () => {
          throw new Error("start");
        },
        onEnd: () => {
          throw new Error("end");
        },
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  });
  const hostile = Object.defineProperty({}, "attributes", {
    get: () => {
      throw new Error("getter");
    },
  });
  sdk.tracer.startSpan("sampler").end();
  sdk.tracer.startSpan("getter", hostile).end();
  sdk.tracer.startSpan("processor").end();
  assert.deepEqual(sdk.errors.map(String), [
    "Error: sampler",
    "Error: getter",
    "Error: start",
    "Error: end",
  ]);
  assert.equal(sdk.span().name, "processor");
});

test("a processor can change a span until it has ended, and read it afterwards", () => {
  const ended: ReadableSpan[] = [];
  const sdk = new SdkUnderTest({
    processors: [
      {
        onStart: (span) => void span.setAttribute("started", true),
        onEnding: (span) => void span.setAttribute("ending", true),
        onEnd: (span) => void ended.push(span),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  });
  sdk.tracer.startSpan("a").end();
  assert.deepEqual([...sdk.span().attributes.keys()], ["started", "ending"]);
  assert.deepEqual(ended[0]?.attributes, { started: true, ending: true });
  assert.equal(ended[0]?.ended, true);
});

test("calls on a span that has ended have no effect and are counted", () => {
  const sdk = new SdkUnderTest();
  const span = sdk.tracer.startSpan("a");
  span.end();
  span.setAttribute("late", 1).addEvent("late").updateName("late").end();
  assert.equal(sdk.span().name, "a");
  assert.equal(sdk.provider.counts.callsAfterEnd, 4);
});

test("traced ends the span at a return, an error, a settled promise and the end of a generator", async () => {
  const sdk = new SdkUnderTest();
  using _context = sdk.registerContext();
  const { tracer } = sdk;
  assert.equal(
    traced("sync", { tracer }, () => 5),
    5,
  );
  const error = new Error("boom");
  assert.throws(
    () =>
      traced("throws", { tracer }, () => {
        throw error;
      }),
    error,
  );
  assert.equal(await traced("async", { tracer }, async () => "value"), "value");
  await assert.rejects(
    traced("rejects", { tracer }, async () => Promise.reject(error)),
    error,
  );
  const active: (Span | undefined)[] = [];
  const numbers = traced("generator", { tracer }, function* (span) {
    active.push(span, trace.getActiveSpan());
    yield 1;
    yield 2;
  });
  assert.equal(sdk.provider.openSpanCount, 1);
  assert.deepEqual([...numbers], [1, 2]);
  assert.equal(active[0], active[1]);
  const slow = traced("async generator", { tracer }, async function* () {
    yield "a";
    throw error;
  });
  await assert.rejects(async () => {
    for await (const _text of slow) continue;
  }, error);
  const read = sdk.spans().map(({ name, status, events }) => [name, status.code, events.length]);
  assert.deepEqual(read, [
    ["sync", 0, 0],
    ["throws", 2, 1],
    ["async", 0, 0],
    ["rejects", 2, 1],
    ["generator", 0, 0],
    ["async generator", 2, 1],
  ]);
  assert.equal(sdk.provider.openSpanCount, 0);
});

test("after shutdown nothing is recorded, and a second shutdown does nothing", async () => {
  const sdk = new SdkUnderTest();
  await sdk.provider.shutdown();
  await sdk.provider.shutdown();
  sdk.tracer.startSpan("late").end();
  assert.deepEqual(sdk.spans(), []);
});

test("an observer hears of late children and of client spans that lost their request", () => {
  const sdk = new SdkUnderTest();
  const heard: string[] = [];
  sdk.provider.observer = {
    startedUnderEndedParent: (span, parent) => heard.push(`${span.name} under ${parent.name}`),
    orphanSuspected: (span) => heard.push(`${span.name} alone`),
  };
  const kind = SpanKind.CLIENT;
  sdk.tracer.startSpan("idle query", { kind }).end();
  const request = sdk.tracer.startSpan("request", { kind: SpanKind.SERVER });
  sdk.tracer.startSpan("query", { kind }).end();
  request.end();
  sdk.tracer.startSpan("late", {}, trace.setSpan(ROOT_CONTEXT, request)).end();
  assert.deepEqual(heard, ["query alone", "late under request"]);
});

test("a sampler that keeps nothing keeps nothing", () => {
  const sdk = new SdkUnderTest({ sampler: alwaysOff });
  assert.equal(sdk.tracer.startSpan("a").isRecording(), false);
});
