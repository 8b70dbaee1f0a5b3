import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WaitReport } from "@spoor/trace";
import type { DatabaseWaits } from "../base/database-waits.ts";
import type { Query } from "../base/query.ts";
import { startRowQueue } from "../base/row-queue.ts";
import {
  backendPid,
  NO_POSTGRES,
  queryOf,
  startTestPostgres,
  type TestPostgres,
} from "../base/test-postgres.ts";
import { until } from "../base/test-program.ts";
import { endLease, takeLease } from "./lease.ts";
import { readIdentity, readLocks } from "./postgres-rows.ts";
import { postgresWaits } from "./postgres-waits.ts";

const skip = NO_POSTGRES;
let server: TestPostgres;

before(async () => {
  if (skip === false) server = await startTestPostgres({ max_connections: "600" });
});
after(() => server?.[Symbol.asyncDispose]());

/** `query` with a record of what was asked, by the first words of it. */
function recorded(query: Query): { readonly query: Query; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    query: async (sql, parameters) => {
      asked.push(sql);
      return await query(sql, parameters);
    },
  };
}

/** Asks until the answer is not that a statement of ours took too long on a busy machine. */
function explainLock(waits: DatabaseWaits, pid: number): Promise<WaitReport> {
  return until("a walk that the machine's load does not cut off", async () => {
    const report = (await waits.explain([{ pid }])).get(pid);
    return report?.kind === "db.lock" && report;
  });
}

test("550 sessions that wait for one row take one walk of at most 24 calls", { skip }, async () => {
  await using queue = await startRowQueue(server, 550);
  const { query, asked } = recorded(queryOf(await server.connect("stats")));
  await using waits = postgresWaits({ query });
  const holderPid = backendPid(queue.holder);
  // Whoever asks while the walk of others runs is answered together with them.
  const reports = await until("a walk that the machine's load does not cut off", async () => {
    asked.length = 0;
    const all = await Promise.all(queue.waiterPids.map((pid) => waits.explain([{ pid }])));
    const current = all.map((answer, index) => answer.get(queue.waiterPids[index] ?? 0));
    return current.every((report) => report?.kind === "db.lock") && current;
  });
  for (const report of reports) {
    assert.equal(report?.holders[0]?.session?.id, holderPid);
    assert.equal(report.resource?.name, "inventory");
    assert.ok(report.cost.blockingCallCount <= 24, String(report.cost.blockingCallCount));
  }
  assert.equal(reports.at(-1)?.queueCount, 549);
  assert.equal(asked.filter((sql) => sql.startsWith("BEGIN")).length, 1);
  // The last in the queue alone, which everybody else blocks as well.
  const last = queue.waiterPids.at(-1) ?? 0;
  await using single = postgresWaits({ query: queryOf(await server.connect("stats")) });
  const report = await explainLock(single, last);
  assert.equal(report.holders[0]?.session?.id, holderPid);
  assert.ok(report.cost.blockingCallCount <= 24, String(report.cost.blockingCallCount));
});

test(
  "when fifty instances hang at once, walks of their database begin half a second apart",
  { skip },
  async () => {
    await using queue = await startRowQueue(server, 1);
    const [pid = 0] = queue.waiterPids;
    const startsMs: number[] = [];
    const instances = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const query = queryOf(await server.connect("stats"));
        return postgresWaits({
          query: async (sql, parameters) => {
            const rows = await query(sql, parameters);
            // The first question of each walk, after it has the lease.
            if (sql.includes("clock_timestamp()")) startsMs.push(performance.now());
            return rows;
          },
        });
      }),
    );
    const asked = instances.map(async (waits) => (await waits.explain([{ pid }])).get(pid)?.kind);
    await until("some walks", () => startsMs.length >= 5, 120_000);
    await Promise.all(instances.map((waits) => waits.close()));
    const answered = (await Promise.all(asked)).filter((kind) => kind === "db.lock").length;
    assert.ok(answered >= startsMs.length - 1, `${answered} of ${startsMs.length}`);
    const gapsMs = startsMs.slice(1).map((startMs, index) => startMs - (startsMs[index] ?? 0));
    // Both ends of a gap are seen a little after they happened, by what one answer takes.
    assert.ok(
      gapsMs.every((gapMs) => gapMs > 400),
      gapsMs.join(),
    );
  },
);

test("a walk tells every session for which it holds, whoever asked", { skip }, async () => {
  await using queue = await startRowQueue(server, 3);
  const elsewhere = await server.connect("app");
  const row = "SELECT 1 FROM inventory WHERE sku = 'SKU-41' FOR UPDATE";
  await queue.holder.query(row);
  const ended = elsewhere.query(row);
  const [own = 0, ...others] = queue.waiterPids;
  await using waits = postgresWaits({ query: queryOf(await server.connect("stats")) });
  const report = await until("the other row to be waited for", async () => {
    const current = await explainLock(waits, own);
    return current.queue?.transactionSessionIds.length === 1 && current;
  });
  assert.equal(report.queueCount, 2);
  assert.deepEqual(
    report.queue?.sessionIds.toSorted((a, b) => a - b),
    [own, ...others].toSorted((a, b) => a - b),
  );
  assert.deepEqual(report.queue.transactionSessionIds, [backendPid(elsewhere)]);
  await queue.holder.query("ROLLBACK");
  await ended;
});

test("sessions of other locks and other databases are in no queue", { skip }, async () => {
  await using queue = await startRowQueue(server, 1);
  const [pid = 0] = queue.waiterPids;
  await (await server.connect("shop")).query("CREATE DATABASE twin");
  const take = "SELECT pg_advisory_lock(77)";
  const pairs = [];
  for (const database of ["twin", "postgres"]) {
    const [holds, waits] = [
      await server.connect("app", { database }),
      await server.connect("app", { database }),
    ];
    await holds.query(take);
    pairs.push({ holds, waits, ended: waits.query(take) });
  }
  const waiting = pairs.map(({ waits }) => backendPid(waits));
  await using waits = postgresWaits({ query: queryOf(await server.connect("stats")) });
  const report = await explainLock(waits, waiting[1] ?? 0);
  assert.deepEqual(report.queue?.sessionIds, [waiting[1]]);
  assert.deepEqual(report.queue.transactionSessionIds, []);
  assert.deepEqual((await explainLock(waits, pid)).queue?.sessionIds, [pid]);
  for (const one of pairs) {
    await one.holds.end();
    await one.ended;
    await one.waits.end();
  }
});

test("who has not its turn is told as the walk of another tells it", { skip }, async () => {
  await using queue = await startRowQueue(server, 2);
  const [first = 0, second = 0] = queue.waiterPids;
  const other = queryOf(await server.connect("nobody"));
  await using waits = postgresWaits({ query: queryOf(await server.connect("app")) });
  assert.equal(await takeLease(other), true);
  const meanwhile = Promise.withResolvers<WaitReport | undefined>();
  const asked = waits.explain([{ pid: second }], (known) => meanwhile.resolve(known.get(second)));
  const waiting = await meanwhile.promise;
  await endLease(other);
  await asked;
  await using others = postgresWaits({ query: other });
  const { queue: told } = await explainLock(others, first);
  assert.equal(waiting?.session?.id, second);
  assert.equal(waiting.session.server, told?.server);
  assert.ok(told?.sessionIds.includes(second));
});

test("two servers never have the same name, and one keeps its own", { skip }, async () => {
  await using another = await startTestPostgres();
  const names = [];
  for (const one of [server, another, another]) {
    names.push(await readIdentity(queryOf(await one.connect("nobody"))));
  }
  assert.match(names[0] ?? "", /^postgresql \d+ \d+$/u);
  assert.notEqual(names[0], names[1]);
  assert.equal(names[1], names[2]);
});

test("a relative of PostgreSQL that does not tell who it is shares nothing", { skip }, async () => {
  await using queue = await startRowQueue(server, 1);
  const [pid = 0] = queue.waiterPids;
  const query = queryOf(await server.connect("stats"));
  await using waits = postgresWaits({
    query: (sql, parameters) =>
      sql.includes("pg_control_system")
        ? Promise.reject(new Error("function pg_control_system() does not exist"))
        : query(sql, parameters),
  });
  const report = await explainLock(waits, pid);
  assert.equal(report.holders[0]?.session?.id, backendPid(queue.holder));
  assert.equal(report.queue, undefined);
});

test("a waiter that looks for deadlocks at that moment is no holder", { skip }, async () => {
  await using queue = await startRowQueue(server, 3);
  const query = queryOf(await server.connect("stats"));
  const [, second] = queue.waiterPids;
  // While a session looks for deadlocks it waits on, and shows no wait event.
  await using waits = postgresWaits({
    query: async (sql, parameters) => {
      const rows = await query(sql, parameters);
      const noEvent = { wait_event_type: null, wait_event: null };
      for (const row of rows) if (row["pid"] === String(second)) Object.assign(row, noEvent);
      return rows;
    },
  });
  const report = await explainLock(waits, queue.waiterPids.at(-1) ?? 0);
  const roots = report.holders.filter(({ role }) => role === "root");
  assert.deepEqual(
    roots.map(({ session }) => session?.id),
    [backendPid(queue.holder)],
  );
});

test("an instance that dies with the lease leaves it to the others", { skip }, async () => {
  const first = await server.connect("stats");
  const second = queryOf(await server.connect("stats"));
  assert.equal(await takeLease(queryOf(first)), true);
  assert.equal(await takeLease(second), false);
  await first.end();
  await until("the lease to be free", () => takeLease(second));
  await endLease(second);
});

test(
  "an application that locks everything it can does not keep us from asking",
  { skip },
  async () => {
    const shop = await server.connect("app");
    await shop.query("SELECT pg_advisory_lock(1), pg_advisory_lock(0, 1), pg_advisory_lock(1, 1)");
    const query = queryOf(await server.connect("stats"));
    assert.equal(await takeLease(query), true);
    await endLease(query);
  },
);

test(
  "nothing is asked while nobody asks, and nothing when the list is empty",
  { skip },
  async () => {
    const { query, asked } = recorded(queryOf(await server.connect("stats")));
    await using waits = postgresWaits({ query });
    assert.equal((await waits.explain([])).size, 0);
    assert.deepEqual(asked, []);
  },
);

const refuse: Query = () => Promise.reject(new Error("too many clients already"));

test("a database that refuses is a reason, not an exception", async () => {
  await using waits = postgresWaits({ query: refuse });
  const report = (await waits.explain([{ pid: 1, sinceUnixNano: 5n }])).get(1);
  assert.equal(report?.kind, "unknown");
  assert.equal(report.sinceUnixNano, 5n);
  assert.match(report.gaps.join(), /could not be asked: too many clients already/u);
});

test(
  "in a queue whose sessions are hidden the root is found within the budget",
  { skip },
  async () => {
    await using queue = await startRowQueue(server, 60);
    const last = queue.waiterPids.at(-1) ?? 0;
    await using waits = postgresWaits({ query: queryOf(await server.connect("nobody")) });
    const report = (await waits.explain([{ pid: last }])).get(last);
    assert.equal(report?.holders[0]?.session?.id, backendPid(queue.holder));
    assert.ok(report.cost.blockingCallCount <= 24, String(report.cost.blockingCallCount));
  },
);

test("before PostgreSQL 14 nothing is asked for that it does not have", { skip }, async () => {
  await using queue = await startRowQueue(server, 1);
  const query = queryOf(await server.connect("stats"));
  const [old] = await readLocks(query, queue.waiterPids, 130_000);
  const [lock] = await readLocks(query, queue.waiterPids, 140_000);
  assert.equal(old?.waitStart, undefined);
  assert.deepEqual({ ...old, waitStart: lock?.waitStart }, lock);
});
