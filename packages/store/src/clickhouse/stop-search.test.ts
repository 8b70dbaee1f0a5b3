import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { systemClock } from "@spoor/trace";

import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import { SearchQueries, TimeIsOver } from "../search/search-queries.ts";

const dataPath = mkdtempSync(join(tmpdir(), "spoor-search-"));
let engine: EmbeddedEngine;
before(async () => {
  engine = await EmbeddedEngine.start({
    dataPath,
    clock: systemClock,
    onEvent: () => undefined,
  });
  await engine.current().writer.command({ query: "CREATE DATABASE IF NOT EXISTS spoor" });
});
after(async () => {
  await engine.close();
  rmSync(dataPath, { recursive: true, force: true });
});

const TIMEOUT = { timeout: 60_000 };
/** From the end of the question to the end of its work. */
const STOP_MS_MAX = 1_000;

/** Runs for hours if nobody stops it. */
const ENDLESS = "SELECT count() FROM numbers(1000000000000000) WHERE sipHash64(number) = 1";

async function runningCount(): Promise<number> {
  const result = await engine.current().writer.query({
    query: "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number) = 1%'",
    format: "JSONCompactEachRow",
  });
  const [row] = await result.json<[string]>();
  // The question finds itself.
  return Number(row?.[0] ?? 0) - 1;
}

async function until(isMet: () => Promise<boolean>): Promise<void> {
  while (!(await isMet())) await pause(20);
}

test(
  "a search that is stopped stops in ClickHouse too, within a second",
  TIMEOUT,
  async (context) => {
    // A machine that does much else may take its time; once in a few tries it does not.
    let leastMs = Infinity;
    for (let attempt = 0; attempt < 5 && leastMs > STOP_MS_MAX; attempt += 1) {
      const stopping = new AbortController();
      const { reader } = engine.current();
      const queries = new SearchQueries(reader, systemClock, { signal: stopping.signal });
      const running = assert.rejects(queries.run(ENDLESS, {}), /nobody waits/);
      await until(async () => (await runningCount()) === 1);
      const stoppedMs = systemClock.monotonicMs();
      stopping.abort(new Error("nobody waits"));
      await running;
      await until(async () => (await runningCount()) === 0);
      leastMs = Math.min(leastMs, systemClock.monotonicMs() - stoppedMs);
    }
    context.diagnostic(`stopped after ${Math.round(leastMs)} ms`);
    assert.ok(leastMs <= STOP_MS_MAX, `${leastMs} ms`);
  },
);

test("a search whose time is over says so", TIMEOUT, async () => {
  const { reader } = engine.current();
  const queries = new SearchQueries(reader, systemClock, { timeoutMs: 200 });
  await assert.rejects(queries.run(ENDLESS, {}), TimeIsOver);
  await until(async () => (await runningCount()) === 0);
});

test("a statement that needs too much memory is refused, and the engine lives on", async () => {
  const queries = new SearchQueries(engine.current().reader, systemClock, {});
  const greedy = "SELECT length(groupArray(number)) FROM numbers(1000000000)";
  await assert.rejects(queries.run(greedy, {}), { code: "SPOOR_STORE_UNAVAILABLE" });
  assert.deepEqual(await queries.run("SELECT 1", {}), [[1]]);
});
