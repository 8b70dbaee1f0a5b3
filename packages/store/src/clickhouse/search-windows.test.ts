/* A search answers the same whatever it is told about the rate and however much is found. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { type AttributeValue, plainSpan, type Span, spanBatchOf, systemClock } from "@spoor/trace";
import { parse } from "@spoor/traceql";

import { SEARCH_SPANS_FOUND_MAX } from "../base/limits.ts";
import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import type { SearchRequest } from "../port/search.ts";
import { DimensionReader } from "../read/dimension-reader.ts";
import { migrate } from "../schema/migrate.ts";
import { SearchQueries } from "../search/search-queries.ts";
import { type NewestSpans, searchTraces } from "../search/search-traces.ts";
import { encodeSpanBlock } from "../write/block.ts";
import { SpanWriter } from "../write/span-writer.ts";

const SECOND = 1_000_000_000n;
const HOUR = 3_600n * SECOND;
const START = (systemClock.nowUnixNano() / HOUR - 40n) * HOUR;

const directory = mkdtempSync(join(tmpdir(), "spoor-windows-"));
let engine: EmbeddedEngine | undefined;

before(async () => {
  const dataPath = directory;
  engine = await EmbeddedEngine.start({ dataPath, clock: systemClock, onEvent: () => undefined });
  await migrate(engine.current().writer);
  const writer = new SpanWriter(engine);
  const block = encodeSpanBlock(spanBatchOf(spans()), { nowUnixNano: systemClock.nowUnixNano() });
  await writer.write(block, "spans");
  await writer.catalogue.flush();
});
after(async () => {
  await engine?.close();
  rmSync(directory, { recursive: true, force: true });
});

/**
 * `few` in 60 traces that begin over an hour and go on after it, `many` in more than are read at
 * once, `dense` in more than that within twenty minutes, in traces that overlap.
 */
function* spans(): Generator<Span> {
  for (let number = 0; number < 60; number += 1) {
    const at = START + BigInt(number * 60) * SECOND;
    const traceId = `1${number.toString(16).padStart(31, "0")}`;
    yield spanOf(traceId, at, "root");
    yield spanOf(traceId, at + BigInt(number % 7) * 200n * SECOND, "few");
  }
  for (let number = 0; number <= SEARCH_SPANS_FOUND_MAX; number += 1) {
    const traceId = `2${number.toString(16).padStart(31, "0")}`;
    yield spanOf(traceId, START + BigInt(number) * SECOND, "many");
  }
  for (let number = 0; number <= SEARCH_SPANS_FOUND_MAX / 3; number += 1) {
    const traceId = `3${((number * 7) % 1000).toString(16).padStart(31, "0")}`;
    const at = START + 2_400n * SECOND + BigInt(number) * (SECOND + SECOND / 2n);
    for (const delay of [0n, 3n, 50n, 120n]) yield spanOf(traceId, at + delay * SECOND, "dense");
  }
}

let spanNumber = 0;

function spanOf(traceId: string, startTimeUnixNano: bigint, mark: string): Span {
  spanNumber += 1;
  return plainSpan({
    traceId,
    spanId: spanNumber.toString(16).padStart(16, "0"),
    name: mark,
    kind: 1,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(spanNumber),
    attributes: new Map<string, AttributeValue>([
      ["mark", mark],
      ["number", BigInt(spanNumber)],
    ]),
  });
}

/** Ids of all pages, up to some. */
async function search(
  text: string,
  newest: NewestSpans,
  fields: Partial<SearchRequest> = {},
): Promise<string[]> {
  assert.ok(engine);
  const parsed = parse(text);
  assert.ok(parsed.ok, text);
  const dimensions = new DimensionReader(() => undefined);
  const ids: string[] = [];
  let pageToken: string | undefined;
  do {
    const request: SearchRequest = {
      query: parsed.query,
      fromUnixNano: START + 90n * SECOND,
      toUnixNano: START + HOUR,
      limit: 13,
      spanLimit: 3,
      ...fields,
      ...(pageToken !== undefined && { pageToken }),
    };
    const queries = new SearchQueries(engine.current().reader, systemClock, request);
    const answer = await searchTraces(request, queries, dimensions, newest);
    ids.push(...answer.traces.map(({ summary }) => summary.traceId));
    pageToken = answer.nextPageToken;
  } while (pageToken !== undefined && ids.length < 52);
  return ids;
}

const AT_ONCE: NewestSpans = { lastStartUnixNano: START + HOUR, spansPerHour: 0 };
/** Windows of 4, 29 and 230 seconds and so on. */
const BUSY: NewestSpans = { lastStartUnixNano: START + HOUR, spansPerHour: 100_000_000 };
/** A window of 25 minutes for what is read with its attributes. */
const DENSE: NewestSpans = { lastStartUnixNano: START + HOUR, spansPerHour: 48_000 };
const BEHIND: NewestSpans = { ...BUSY, lastStartUnixNano: START + 600n * SECOND };
const AHEAD: NewestSpans = { ...BUSY, lastStartUnixNano: START + 100n * HOUR };

for (const [text, least] of [
  ['{ name = "few" }', 45],
  ['{ span.mark = "few" }', 45],
  ['{ name = "few" && trace:duration > 400s }', 20],
  ['{ name = "root" } && { name = "few" }', 45],
  ['{ name = "root" } | count() = 1', 30],
  ['{ name = "none" }', 0],
  ['{ name = "many" }', 52],
  ['{ span.mark = "many" }', 52],
  ['{ name = "dense" }', 52],
  ['{ span.mark = "dense" }', 52],
  ['{ span.number % 2 = 0 && span.mark = "dense" }', 52],
  ["{ span.number > 4000 }", 52],
] as const) {
  test(`windows change nothing about ${text}`, async () => {
    const expected = await search(text, AT_ONCE);
    assert.ok(expected.length >= least, `found ${expected.length}`);
    assert.equal(new Set(expected).size, expected.length);
    for (const newest of [BUSY, DENSE, BEHIND, AHEAD]) {
      assert.deepEqual(await search(text, newest), expected);
      const byDuration = { sort: "duration", limit: 100 } as const;
      assert.deepEqual(
        await search(text, newest, byDuration),
        await search(text, AT_ONCE, byDuration),
      );
    }
  });
}
