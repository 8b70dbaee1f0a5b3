import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSummary } from "@spoor/trace";
import { TraceStream } from "./trace-stream.ts";

const TRACE_A = "0af7651916cd43dd8448eb211c80319c";
const TRACE_B = "4bf92f3577b34da6a3ce929d0e0e4736";

function idsOf(...traceIds: readonly string[]): Uint8Array {
  return Buffer.from(traceIds.join(""), "hex");
}

function summaryOf(traceId: string): TraceSummary {
  return {
    traceId,
    rootService: "checkout",
    rootName: "handleCheckout",
    hasRoot: true,
    startTimeUnixNano: 1n,
    durationNano: 1n,
    spanCount: 1,
    errorCount: 0,
    services: ["checkout"],
  };
}

test("a trace that changes twice is published once", async () => {
  const asked: (readonly string[])[] = [];
  const store = {
    summarize: async (traceIds: readonly string[]) => {
      asked.push(traceIds);
      return traceIds.map(summaryOf);
    },
  };
  const stream = new TraceStream(store, assert.fail);
  const { promise, resolve } = Promise.withResolvers<readonly TraceSummary[]>();
  stream.subscribe(resolve, assert.fail);
  stream.changed(idsOf(TRACE_A, TRACE_A, TRACE_B));
  stream.changed(idsOf(TRACE_A));
  const traces = await promise;
  assert.deepEqual(asked, [[TRACE_B, TRACE_A]]);
  assert.deepEqual(
    traces.map((trace) => trace.traceId),
    [TRACE_B, TRACE_A],
  );
});

test("with nobody watching the store is not asked", () => {
  const store = { summarize: () => assert.fail("asked without a subscriber") };
  const stream = new TraceStream(store, assert.fail);
  stream.changed(idsOf(TRACE_A));
  stream.close();
});

test("a store that does not answer is reported, and the stream goes on", async () => {
  const problem = Promise.withResolvers<string>();
  let isBroken = true;
  const store = {
    summarize: async (traceIds: readonly string[]) => {
      if (isBroken) throw new Error("gone");
      return traceIds.map(summaryOf);
    },
  };
  const stream = new TraceStream(store, problem.resolve);
  const published = Promise.withResolvers<readonly TraceSummary[]>();
  stream.subscribe(published.resolve, assert.fail);
  stream.changed(idsOf(TRACE_A));
  assert.match(await problem.promise, /gone/);
  isBroken = false;
  stream.changed(idsOf(TRACE_A));
  assert.equal((await published.promise).length, 1);
});

test("closing the stream tells every subscriber", async () => {
  const store = { summarize: async () => [] };
  const stream = new TraceStream(store, assert.fail);
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.subscribe(() => assert.fail(), resolve);
  stream.close();
  await promise;
});
