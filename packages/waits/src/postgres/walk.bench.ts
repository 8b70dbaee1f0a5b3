/*
 * How long one walk takes while 550 sessions wait for one row, and how many calls of
 * `pg_blocking_pids` it makes: `npm run bench:waits`, against a PostgreSQL of its own.
 */
import { systemClock } from "@spoor/trace";
import { CostMeter } from "../base/query.ts";
import type { Waiter } from "../base/waiter.ts";
import { startRowQueue } from "../base/row-queue.ts";
import { NO_POSTGRES, queryOf, startTestPostgres } from "../base/test-postgres.ts";
import { walk } from "./walk.ts";

const WAITERS = 550;
const RUNS = 15;

async function main(): Promise<void> {
  if (NO_POSTGRES !== false) {
    console.log(`left out: ${NO_POSTGRES}`);
    return;
  }
  await using server = await startTestPostgres({ max_connections: String(WAITERS + 50) });
  const query = queryOf(await server.connect("stats"));
  await using queue = await startRowQueue(server, WAITERS);
  const cases: readonly [string, readonly Waiter[]][] = [
    ["last", queue.waiterPids.slice(-1).map((pid) => ({ pid }))],
    ["all", queue.waiterPids.map((pid) => ({ pid }))],
  ];
  const results = [];
  for (const [asked, waiters] of cases) {
    const walks = [];
    for (let run = 0; run < RUNS; run += 1) {
      const meter = new CostMeter(systemClock);
      await walk({ query: meter.counted(query), version: 150_000, meter }, waiters);
      walks.push(meter.cost());
    }
    const elapsedMs = walks.map((cost) => cost.elapsedMs).sort((left, right) => left - right);
    const blockingCalls = Math.max(...walks.map((cost) => cost.blockingCallCount));
    const medianMs = Number((elapsedMs[RUNS >> 1] ?? 0).toFixed(1));
    const maxMs = Number((elapsedMs.at(-1) ?? 0).toFixed(1));
    results.push({ asked, medianMs, maxMs, blockingCalls });
    console.log(
      `asked for ${asked}: median ${medianMs} ms, slowest ${maxMs} ms, ${blockingCalls} blocking calls, ${walks[0]?.queryCount} queries`,
    );
  }
  console.log(JSON.stringify({ waiters: WAITERS, runs: RUNS, results }));
}

await main();
