/* Numbers from more traces than are read: of a sample that favours nothing, scaled up. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { plainResource, plainSpan, type Span, spanBatchOf, systemClock } from "@spoor/trace";
import { parse } from "@spoor/traceql";

import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import type { RangeAnswer } from "../port/search.ts";
import { DimensionReader } from "../read/dimension-reader.ts";
import { migrate } from "../schema/migrate.ts";
import { queryRange } from "../search/query-range.ts";
import { SearchQueries } from "../search/search-queries.ts";
import { encodeSpanBlock } from "../write/block.ts";
import { SpanWriter } from "../write/span-writer.ts";

const SECOND = 1_000_000_000n;
const HOUR = 3_600n * SECOND;
const START = (systemClock.nowUnixNano() / HOUR - 3n) * HOUR;
const TRACES = 4_000;

const directory = mkdtempSync(join(tmpdir(), "spoor-sampled-"));
let engine: EmbeddedEngine;

before(async () => {
  const dataPath = directory;
  engine = await EmbeddedEngine.start({ dataPath, clock: systemClock, onEvent: () => undefined });
  await migrate(engine.current().writer);
  const block = encodeSpanBlock(spanBatchOf(spans()), { nowUnixNano: systemClock.nowUnixNano() });
  await new SpanWriter(engine).write(block, "spans");
});
after(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Traces of two spans whose ids say when they were made, as those of some senders do. */
function* spans(): Generator<Span> {
  for (let number = 0; number < TRACES; number += 1) {
    const traceId = (0x5000_0000 + number).toString(16).padEnd(32, "0");
    const root = (number * 2 + 1).toString(16).padStart(16, "0");
    const startTimeUnixNano = START + (BigInt(number) * SECOND) / 2n;
    const shared = {
      traceId,
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + SECOND,
      // The last quarter of the time went to another service.
      resource: plainResource(number * 4 < TRACES * 3 ? "old" : "new"),
    };
    yield plainSpan({ ...shared, spanId: root, name: "root" });
    const spanId = (number * 2 + 2).toString(16).padStart(16, "0");
    yield plainSpan({ ...shared, spanId, parentSpanId: root, name: "child" });
  }
}

async function ask(text: string, tracesMax: number): Promise<RangeAnswer> {
  const parsed = parse(text);
  assert.ok(parsed.ok, text);
  const window = { fromUnixNano: START, toUnixNano: START + HOUR, stepNano: HOUR };
  const request = { query: parsed.query, ...window };
  const queries = new SearchQueries(engine.current().reader, systemClock, {});
  const dimensions = new DimensionReader(() => undefined);
  return queryRange({ request, queries, dimensions, tracesMax });
}

function near(actual: number | undefined, expected: number): void {
  const isNear = Math.abs((actual ?? 0) - expected) < expected * 0.1;
  assert.ok(isNear, `${actual} is about ${expected}`);
}

test("of more traces than are read a sample answers, and its share is told", async () => {
  const relation = '{ name = "root" } > { name = "child" } | count_over_time()';
  const whole = await ask(relation, TRACES);
  assert.deepEqual([whole.complete, whole.capped, whole.sampledRate], [true, null, 1]);
  assert.equal(whole.series[0]?.values[0], TRACES);
  const part = await ask(relation, 1_000);
  assert.equal(part.complete, false);
  assert.deepEqual(part.capped, { unit: "traces looked into", limit: 1_000 });
  near(part.sampledRate, 0.25);
  near(part.series[0]?.values[0], TRACES);
});

test("the sample of a comparison has both services in their shares", async () => {
  const { series } = await ask('{ } | compare({ name = "root" })', 1_000);
  const countOf = (value: string): number | undefined =>
    series.find(({ labels }) => labels.some((label) => label.value === value))?.values[0];
  near(countOf("old"), (TRACES * 3) / 4);
  near(countOf("new"), TRACES / 4);
});

test("a share that a query asks for holds for a comparison too", async () => {
  const text = '{ } | compare({ name = "root" }) with(span_sample=0.000001)';
  const { sampledRate, series } = await ask(text, TRACES);
  assert.equal(sampledRate, 0.000001);
  const roots = series.find(({ labels }) => labels.some(({ value }) => value === "root"));
  // Of the ids, which are counted from 1, the share is 1 to 4294; roots have the odd ones.
  assert.equal(Math.round((roots?.values[0] ?? 0) * 0.000001), 2_147);
});
