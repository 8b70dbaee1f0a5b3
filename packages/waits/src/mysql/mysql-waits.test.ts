import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock, type WaitReport, waitSentence } from "@spoor/trace";
import type { Connection } from "mysql2/promise";
import {
  NO_MARIADB,
  queryOfMysql,
  startTestMariadb,
  type TestMariadb,
} from "../base/test-mariadb.ts";
import { findProgram, startTestProgram, until } from "../base/test-program.ts";
import { dialectOf, hostEndpoint, placeIn } from "./mysql-rows.ts";
import { mysqlWaits, type MysqlWaitsOptions } from "./mysql-waits.ts";

const skip = NO_MARIADB;
let server: TestMariadb;
let watcher: Connection;
let job: Connection;
let app: Connection;
let other: Connection;

before(async () => {
  if (skip !== false) return;
  server = await startTestMariadb();
  watcher = await server.connect("watch");
});
after(() => server?.[Symbol.asyncDispose]());

beforeEach(async () => {
  if (skip !== false) return;
  // Sessions that wait do not notice that their client has gone.
  for (const user of ["job", "app"]) await server.root.query(`KILL USER ${user}@'127.0.0.1'`);
  job = await server.connect("job");
  app = await server.connect("app");
  other = await server.connect("app");
});

const lockRow = (sku: string) => `SELECT * FROM inventory WHERE sku = '${sku}' FOR UPDATE`;

async function explain(
  connection: Connection,
  options: Partial<MysqlWaitsOptions> = {},
): Promise<WaitReport> {
  await using waits = mysqlWaits({ query: queryOfMysql(watcher), ...options });
  const pid = connection.threadId;
  const report = await until("a walk that the machine's load does not cut off", async () => {
    const current = (await waits.explain([{ pid }])).get(pid);
    return current?.gaps.some((gap) => /statement.*time/iu.test(gap)) !== true && current;
  });
  return report;
}

/** Starts a statement that waits, and explains it once the server says that it does. */
async function explainWaiting(
  connection: Connection,
  sql: string,
  options: Partial<MysqlWaitsOptions> = {},
): Promise<{ report: WaitReport; ended: Promise<unknown> }> {
  const ended = connection.query(sql).catch((error: unknown) => error);
  const report = await until("the statement to wait", async () => {
    // InnoDB shows what it showed before to whoever asks again within 100 ms of asking.
    await delay(120);
    const current = await explain(connection, options);
    return current.kind === "db.lock" && current.holders.length > 0 && current;
  });
  return { report, ended };
}

test(
  "a client that holds a row is named with its process; the key on request only",
  { skip: skip || (findProgram("mariadb") === undefined && "the client mariadb is not installed") },
  async () => {
    await using holder = startTestProgram({
      command: findProgram("mariadb") ?? "",
      args: [
        "--no-defaults",
        "-h127.0.0.1",
        `-P${server.port}`,
        "-ujob",
        "shop",
        "-e",
        `START TRANSACTION; ${lockRow("SKU-7")}; SELECT SLEEP(600)`,
      ],
    });
    await until("the job to sleep", async () => {
      const [rows] = await watcher.query(
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'",
      );
      return Array.isArray(rows) && rows.length > 0;
    });
    const { report, ended } = await explainWaiting(app, lockRow("SKU-7"), {
      showsPrimaryKeys: true,
    });
    const [root] = report.holders;
    assert.equal(root?.process?.pid, holder.pid);
    assert.equal(root.process.command, "mariadb --no-defaults -h -P -u -e");
    assert.equal(root.session?.system, "mariadb");
    assert.equal(root.session.statement, "SELECT SLEEP(?)");
    assert.equal(report.resource?.name, "shop.inventory");
    assert.equal(report.resource.primaryKey, "'SKU-7'");
    assert.equal((await explain(app)).resource?.primaryKey, undefined);
    assert.match(report.remedies.map(({ text }) => text).join(), /^KILL QUERY \d+;,KILL \d+;$/u);
    await holder.kill();
    await server.root.query(`KILL ${root.session.id}`);
    await ended;
  },
);

test("in a chain the root is named first; idle in transaction has its ages", { skip }, async () => {
  await job.query("START TRANSACTION");
  await job.query(lockRow("SKU-1"));
  await other.query("START TRANSACTION");
  await other.query(lockRow("SKU-2"));
  const between = await explainWaiting(other, lockRow("SKU-1"));
  const { report, ended } = await explainWaiting(app, lockRow("SKU-2"));
  assert.deepEqual(
    report.holders.map(({ role, session }) => [role, session?.id, session?.state]),
    [
      ["root", job.threadId, "idle in transaction"],
      ["between", other.threadId, "active"],
    ],
  );
  const now = systemClock.nowUnixNano();
  const started = report.holders[0]?.session?.transactionStartUnixNano ?? 0n;
  // The server tells whole seconds.
  assert.ok(now - started < 60_000_000_000n && started - now < 2_000_000_000n);
  await job.query("ROLLBACK");
  await between.ended;
  await other.query("ROLLBACK");
  await ended;
});

test("a queue for one row takes one question for all", { skip }, async () => {
  await job.query("START TRANSACTION");
  await job.query(lockRow("SKU-6"));
  const waiters = await Promise.all(Array.from({ length: 40 }, () => server.connect("app")));
  const ended = waiters.map((waiter) => waiter.query(lockRow("SKU-6")));
  await using waits = mysqlWaits({ query: queryOfMysql(watcher) });
  const reports = await until("all to wait", async () => {
    await delay(120);
    const all = await waits.explain(waiters.map(({ threadId }) => ({ pid: threadId })));
    return [...all.values()].every(({ holders }) => holders.length > 0) && all;
  });
  const queues = [...reports.values()].flatMap(({ queue = [] }) => queue);
  assert.equal(queues.length, 1);
  assert.match(queues[0]?.server ?? "", /^mariadb \S+ \S+ \d+ \d+$/u);
  assert.deepEqual(
    queues[0]?.sessionIds.toSorted((a, b) => a - b),
    waiters.map(({ threadId }) => threadId).toSorted((a, b) => a - b),
  );
  for (const report of reports.values()) {
    assert.equal(report.queueCount, 39);
    assert.equal(report.holders[0]?.session?.id, job.threadId);
    assert.ok(report.cost.queryCount <= 24, String(report.cost.queryCount));
  }
  await job.query("ROLLBACK");
  await Promise.all(ended);
});

test("a deadlock is a circle while it lasts", { skip }, async () => {
  await other.query("START TRANSACTION");
  await other.query(lockRow("SKU-3"));
  await app.query("START TRANSACTION");
  await app.query(lockRow("SKU-4"));
  const first = await explainWaiting(other, lockRow("SKU-4"));
  const { report } = await explainWaiting(app, lockRow("SKU-3"));
  assert.deepEqual(
    report.holders.map(({ role, session }) => [role, session?.id]),
    [["cycle", other.threadId]],
  );
  await server.root.query(`KILL ${app.threadId}`);
  await first.ended;
});

test(
  "behind a schema change both it and the reader that it waits for are named",
  { skip },
  async () => {
    await job.query("START TRANSACTION");
    await job.query("SELECT COUNT(*) FROM inventory");
    const change = await explainWaiting(other, "ALTER TABLE inventory ADD COLUMN note TEXT");
    assert.equal(change.report.certainty, "probable");
    const { report, ended } = await explainWaiting(
      app,
      "SELECT * FROM inventory WHERE sku = 'SKU-1'",
    );
    assert.equal(report.resource?.name, "shop.inventory");
    assert.deepEqual(
      report.holders.map(({ role, session }) => [role, session?.id]),
      [
        ["root", job.threadId],
        ["between", other.threadId],
      ],
    );
    assert.ok(report.remedies.some(({ text }) => text === `KILL QUERY ${other.threadId};`));
    await job.query("ROLLBACK");
    await Promise.all([change.ended, ended]);
    await other.query("ALTER TABLE inventory DROP COLUMN note");
  },
);

test("the holder of a lock of GET_LOCK is named, the lock only on request", { skip }, async () => {
  await job.query("SELECT GET_LOCK('customer-42', 0)");
  const { report, ended } = await explainWaiting(app, "SELECT GET_LOCK('customer-42', 600)");
  assert.equal(report.holders[0]?.session?.id, job.threadId);
  assert.deepEqual(report.resource, { kind: "advisory-lock", lockType: "GET_LOCK" });
  assert.equal((await explain(app, { showsPrimaryKeys: true })).resource?.name, "customer-42");
  await job.query("SELECT RELEASE_LOCK('customer-42')");
  await ended;
});

test("a prepared XA transaction whose session has left is named", { skip }, async () => {
  const xa = await server.connect("job");
  await xa.query("XA START 'xa-77'");
  await xa.query("UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-5'");
  await xa.query("XA END 'xa-77'");
  await xa.query("XA PREPARE 'xa-77'");
  await xa.end();
  const { report, ended } = await explainWaiting(app, lockRow("SKU-5"));
  assert.equal(report.holders[0]?.preparedTransaction, "xa-77");
  await job.query("XA ROLLBACK 'xa-77'");
  await ended;
});

test("a statement that only works is running, and nobody is accused", { skip }, async () => {
  const ended = app.query("SELECT SLEEP(600)").catch((error: unknown) => error);
  const report = await until("the statement to run", async () => {
    const current = await explain(app);
    return current.kind === "db.running" && current;
  });
  assert.deepEqual(report.holders, []);
  await server.root.query(`KILL QUERY ${app.threadId}`);
  await ended;
  const idle = await explain(job);
  assert.match(waitSentence(idle, { who: "job", nowUnixNano: 0n }), /answered already/u);
});

test("without PROCESS the reason is said", { skip }, async () => {
  const nobody = queryOfMysql(await server.connect("nobody"));
  const report = await explain(app, { query: nobody });
  assert.equal(report.kind, "unknown");
  assert.match(report.gaps.join(), /PROCESS/u);
});

test("the tables to ask are chosen by the version", () => {
  assert.equal(dialectOf("10.11.6-MariaDB-0+deb12u1").dialect, "information-schema");
  assert.deepEqual(dialectOf("8.0.36"), { system: "mysql", dialect: "performance-schema" });
  assert.deepEqual(dialectOf("9.1.0").dialect, "performance-schema");
  assert.deepEqual(dialectOf("5.7.44-log").dialect, "information-schema");
});

test("the address of a client is read in all spellings", () => {
  assert.deepEqual(hostEndpoint("10.0.0.5:53122"), { address: "10.0.0.5", port: 53_122 });
  assert.deepEqual(hostEndpoint("[::1]:53122"), { address: "::1", port: 53_122 });
  assert.deepEqual(hostEndpoint("::1:53122"), { address: "::1", port: 53_122 });
  assert.equal(hostEndpoint("localhost"), undefined);
  assert.equal(hostEndpoint(undefined), undefined);
});

test("two records of one page are two places, in the lock ids of every server", () => {
  const ids = [
    ["421:12:3:7", "421:12:3:8", "information-schema"],
    ["1402:2:4:7:1403", "1402:2:4:8:1404", "performance-schema"],
    ["9382:6:2:4:7:9383", "9382:6:2:4:8:9384", "performance-schema"],
  ] as const;
  for (const [one, another, dialect] of ids) {
    assert.notEqual(placeIn(one, dialect), placeIn(another, dialect));
    assert.equal(placeIn(one, dialect), placeIn(one.replace(/^\d+/u, "77"), dialect));
  }
  assert.equal(placeIn(undefined, "performance-schema"), undefined);
});
