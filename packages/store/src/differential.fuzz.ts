/*
 * ClickHouse against the evaluator: random queries over random traces, each answered by both. A
 * pair is one trace and one query; all traces lie in one store, so that a query makes many pairs.
 *
 * `npm run traceql:differential -- --pairs 100000 --seed 1` runs as many as asked for.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { LossLedger, type Span, spanBatchOf, systemClock } from "@spoor/trace";
import { check, parse, type Query, type Series, valueKey } from "@spoor/traceql";

import { openEmbeddedStore } from "./clickhouse/clickhouse-store.ts";
import { openMemoryStore } from "./memory/memory-store.ts";
import type { RangeAnswer, SearchAnswer, SearchRequest } from "./port/search.ts";
import type { TraceStore } from "./port/trace-store.ts";
import { Random, randomMetrics, randomSearch, randomTraces } from "./search/random-queries.fuzz.ts";

const SECOND = 1_000_000_000n;

/** How much to compare. */
export interface DifferentialOptions {
  readonly seed: number;
  readonly pairs: number;
  readonly traces: number;
}

/** What was compared. */
export interface DifferentialReport {
  readonly pairs: number;
  readonly queries: number;
  readonly metricsQueries: number;
  /** Pairs in which the query found the trace. */
  readonly found: number;
}

/** Compares until there are enough pairs. @throws AssertionError with the query that differs. */
export async function runDifferential(options: DifferentialOptions): Promise<DifferentialReport> {
  const random = new Random(options.seed);
  const folder = mkdtempSync(join(tmpdir(), "spoor-differential-"));
  try {
    await using store = await openEmbeddedStore({ dataPath: folder, clock: systemClock });
    await using memory = openMemoryStore({
      spanLimit: 1_000_000,
      logRecordLimit: 1,
      ledger: new LossLedger(),
    });
    // In whole steps, so that both sides cut time at the same places.
    const nowUnixNano = (systemClock.nowUnixNano() / (60n * SECOND)) * 60n * SECOND;
    const spans = randomTraces(random, { traces: options.traces, nowUnixNano });
    await write([store, memory], spans);
    return await compareAll({ store, memory, random, nowUnixNano, options });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function write(stores: readonly TraceStore[], spans: readonly Span[]): Promise<void> {
  const batch = spanBatchOf(spans);
  for (const store of stores) await store.write(batch);
}

interface Sides {
  readonly store: TraceStore;
  readonly memory: TraceStore;
  readonly random: Random;
  readonly nowUnixNano: bigint;
  readonly options: DifferentialOptions;
}

async function compareAll(sides: Sides): Promise<DifferentialReport> {
  const { random, options } = sides;
  const report = { pairs: 0, queries: 0, metricsQueries: 0, found: 0 };
  while (report.pairs < options.pairs) {
    const isMetrics = random.chance(0.25);
    const text = isMetrics ? randomMetrics(random) : randomSearch(random);
    const query = readQuery(text);
    // A random text may compare what cannot be compared; it is refused, and that is right.
    if (query === undefined) continue;
    try {
      if (isMetrics) await compareMetrics(sides, query);
      else report.found += await compareSearch(sides, query);
    } catch (error) {
      throw new Error(`the stores differ (seed ${options.seed}): ${text}`, { cause: error });
    }
    report.pairs += options.traces;
    if (isMetrics) report.metricsQueries += 1;
    else report.queries += 1;
  }
  return report;
}

function readQuery(text: string): Query | undefined {
  const parsed = parse(text);
  assert.ok(parsed.ok, `a random query has a form: ${text}`);
  return check(parsed.query).length === 0 ? parsed.query : undefined;
}

async function compareSearch(sides: Sides, query: Query): Promise<number> {
  const { store, memory, random, nowUnixNano } = sides;
  const request: SearchRequest = {
    query,
    fromUnixNano: nowUnixNano - random.of([600n, 3_600n, 100_000n]) * SECOND,
    toUnixNano: nowUnixNano + random.of([60n, -1_200n, 0n]) * SECOND,
    sort: random.of(["recent", "duration"] as const),
    limit: random.of([1_000, 7]),
    spanLimit: 100,
  };
  const [expected, actual] = [await memory.search(request), await store.search(request)];
  assert.deepEqual(plainSearch(actual), plainSearch(expected));
  return expected.traces.length;
}

/** What has to be equal: everything but what it cost. */
function plainSearch({ traces, complete, capped, nextPageToken }: SearchAnswer): unknown {
  return {
    complete,
    capped,
    isPaged: nextPageToken !== undefined,
    traces: traces.map(({ summary, groups }) => ({
      summary,
      groups: groups.map(({ spans, spanCount, attributes }) => ({
        spanCount,
        attributes: attributes.map(({ name, value }) => [name, valueKey(value)]),
        // Copies of a span have no order among each other.
        spans: spans
          .map(({ fields, ...span }) => ({
            ...span,
            fields: fields.map(({ name, value }) => [name, valueKey(value)].join("=")).join(),
          }))
          .map((span) => Object.values(span).join(" "))
          .sort(),
      })),
    })),
  };
}

async function compareMetrics(sides: Sides, query: Query): Promise<void> {
  const { store, memory, nowUnixNano } = sides;
  const request = {
    query,
    fromUnixNano: nowUnixNano - 3_600n * SECOND,
    toUnixNano: nowUnixNano + 60n * SECOND,
    stepNano: 300n * SECOND,
  };
  const [expected, actual] = [await memory.queryRange(request), await store.queryRange(request)];
  assert.deepEqual(plainRange(actual), plainRange(expected));
}

function digits(value: number): string {
  return Number.isNaN(value) ? "-" : value.toPrecision(12);
}

/** Sums depend on the order of what is added; twelve digits do not. */
function plainRange({ series, complete }: RangeAnswer): unknown {
  return { complete, series: series.map(plainSeries) };
}

function plainSeries({ labels, values }: Series): unknown {
  return {
    labels: labels.map(({ name, value }) => [name, valueKey(value)]),
    values: Array.from(values, digits),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      pairs: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      traces: { type: "string", default: "400" },
    },
  });
  const report = await runDifferential({
    pairs: Number(values.pairs),
    seed: Number(values.seed),
    traces: Number(values.traces),
  });
  process.stdout.write(
    `${report.pairs} pairs are equal: ${report.queries} searches and ${report.metricsQueries} ` +
      `metrics queries over ${values.traces} traces, which were found ${report.found} times\n`,
  );
}
