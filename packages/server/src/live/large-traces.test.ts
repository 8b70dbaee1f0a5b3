import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSummary } from "@spoor/trace";
import { LARGE_TRACES_TOLD, LARGE_TRACES_WATCHED, TRACE_SPANS_MAX } from "../base/limits.ts";
import { LargeTraces } from "./large-traces.ts";

function traceIdOf(number: number): string {
  return number.toString(16).padStart(32, "0");
}

/** A trace id as often as `samples` says, among ids of other traces. */
function idsOf(number: number, samples: number): Uint8Array {
  const others = Array.from({ length: 2_000 - samples }, (_, index) => traceIdOf(index + 5_000));
  return Buffer.from([...Array(samples).fill(traceIdOf(number)), ...others].join(""), "hex");
}

/** Watches a store in which each trace has so many spans; what was asked and said is kept. */
function watching(spanCountOf: (traceId: string) => number | undefined): {
  readonly traces: LargeTraces;
  readonly asked: string[];
  readonly problems: string[];
} {
  const [asked, problems]: [string[], string[]] = [[], []];
  const summarize = async ([traceId = ""]: readonly string[]): Promise<TraceSummary[]> => {
    asked.push(traceId);
    const spanCount = spanCountOf(traceId);
    if (spanCount === undefined) throw new Error("the store is away");
    return [
      {
        traceId,
        rootService: "worker",
        rootName: "poll",
        hasRoot: true,
        startTimeUnixNano: 1n,
        durationNano: 1n,
        spanCount,
        errorCount: 0,
        services: ["worker"],
      },
    ];
  };
  const onProblem = (message: string): void => void problems.push(message);
  return { traces: new LargeTraces({ store: { summarize }, onProblem }), asked, problems };
}

test("a trace that grows beyond what is read at once is told once, with its true size", async () => {
  const { traces, asked, problems } = watching(() => 100_001);
  // Half of what comes: 25,000 of the 50,000 spans of each segment.
  for (let segment = 0; segment < 10; segment += 1) {
    traces.stored(idsOf(7, 1_000), 50_000);
    await traces.close();
  }
  assert.deepEqual(asked, [traceIdOf(7)]);
  assert.equal(traces.count, 1);
  const found = { traceId: traceIdOf(7), spanCount: 100_001, service: "worker", name: "poll" };
  assert.deepEqual(traces.newest, [found]);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /^trace 0{31}7 \(worker: poll\) has 100001 spans by now/u);
});

test("traces of usual size are never asked for, however many come", async () => {
  const { traces, asked } = watching(() => 1);
  for (let segment = 0; segment < 300; segment += 1) traces.stored(idsOf(segment, 9), 50_000);
  await traces.close();
  assert.deepEqual(asked, []);
});

test("an estimate that was too large is put right, and the trace is watched on", async () => {
  let spanCount = 30_000;
  const { traces, asked, problems } = watching(() => spanCount);
  const grow = async (): Promise<void> => {
    traces.stored(idsOf(7, 2_000), 60_000);
    await traces.close();
  };
  await grow();
  await grow();
  assert.deepEqual([asked.length, problems.length], [1, 0]);
  spanCount = 90_000;
  await grow();
  await grow();
  spanCount = TRACE_SPANS_MAX + 1;
  await grow();
  assert.equal(traces.count, 1);
});

test("while the store is away nobody is told, and it is asked again", async () => {
  let isAway = true;
  const { traces, problems } = watching(() => (isAway ? undefined : 200_000));
  traces.stored(idsOf(7, 2_000), 150_000);
  await traces.close();
  assert.equal(traces.count, 0);
  assert.match(problems[0] ?? "", /cannot count the spans of 0{31}7: the store is away/u);
  isAway = false;
  traces.stored(idsOf(7, 2_000), 150_000);
  await traces.close();
  assert.equal(traces.count, 1);
});

test("the last that were found are named, the others are counted", async () => {
  const { traces } = watching(() => 200_000);
  const count = LARGE_TRACES_TOLD + 5;
  for (let number = 1; number <= count; number += 1) traces.stored(idsOf(number, 2_000), 150_000);
  await traces.close();
  assert.equal(traces.count, count);
  assert.equal(traces.newest.length, LARGE_TRACES_TOLD);
  assert.equal(traces.newest[0]?.traceId, traceIdOf(count));
});

test("memory is bounded: of many traces those that were seen longest ago are forgotten", async () => {
  const { traces, asked } = watching(() => 200_000);
  traces.stored(idsOf(1, 2_000), TRACE_SPANS_MAX);
  for (let number = 0; number < LARGE_TRACES_WATCHED; number += 1) {
    traces.stored(idsOf(number + 100_000, 8), 50_000);
  }
  // Again as much, which would be too much if anybody remembered.
  traces.stored(idsOf(1, 2_000), TRACE_SPANS_MAX);
  await traces.close();
  assert.deepEqual(asked, []);
});
