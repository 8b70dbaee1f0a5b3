/* The same against MySQL, which tells of locks in `performance_schema` since its version 8. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock, type WaitReport, waitSentence } from "@spoor/trace";
import type { Connection } from "mysql2/promise";
import { NO_MYSQL, queryOfMysql, startTestMysql, type TestMariadb } from "../base/test-mariadb.ts";
import { until } from "../base/test-program.ts";
import { mysqlWaits } from "./mysql-waits.ts";

const skip = NO_MYSQL;
let server: TestMariadb;

before(async () => {
  if (skip !== false) return;
  server = await startTestMysql();
  await server.root.query("GRANT SELECT ON performance_schema.* TO watch@'127.0.0.1'");
});
after(() => server?.[Symbol.asyncDispose]());

let sessions: Connection[] = [];

async function connect(user: string): Promise<Connection> {
  const session = await server.connect(user);
  sessions.push(session);
  return session;
}

// Sessions that wait do not notice that their client has gone, and go on to hold.
afterEach(async () => {
  const ids = sessions.map(({ threadId }) => threadId);
  sessions = [];
  for (const id of ids) await server.root.query(`KILL ${id}`);
  if (skip !== false) return;
  await until("them to end", async () => {
    const sql = `SELECT ID FROM information_schema.PROCESSLIST WHERE ID IN (${[0, ...ids].join()})`;
    return (await queryOfMysql(server.root)(sql, [])).length === 0;
  });
});

const lockRow = (sku: string) => `SELECT * FROM inventory WHERE sku = '${sku}' FOR UPDATE`;

/** Lets `waiting` wait with `sql`, and explains it. */
async function explainWaiting(
  waiting: Connection,
  sql: string,
  user = "watch",
): Promise<WaitReport> {
  // It ends when the server does.
  void waiting.query(sql).catch(() => undefined);
  const query = queryOfMysql(await connect(user));
  await using waits = mysqlWaits({ query });
  return await until("the statement to wait", async () => {
    await delay(120);
    const report = (await waits.explain([{ pid: waiting.threadId }])).get(waiting.threadId);
    return report?.kind === "db.lock" && report;
  });
}

function tell(report: WaitReport): string {
  const { sinceUnixNano: _, ...ageless } = report;
  return waitSentence(ageless, { who: "inventory", nowUnixNano: systemClock.nowUnixNano() });
}

test(
  "MySQL: who holds a row is named with its process, its table and its place",
  { skip },
  async () => {
    const job = await connect("job");
    await job.beginTransaction();
    await job.query("UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-1'");
    const report = await explainWaiting(await connect("app"), lockRow("SKU-1"));
    const [holder] = report.holders;
    assert.equal(holder?.session?.id, job.threadId);
    assert.equal(holder.session.system, "mysql");
    assert.equal(holder.session.state, "idle in transaction");
    assert.equal(holder.process?.pid, process.pid);
    assert.equal(report.resource?.primaryKey, undefined);
    assert.match(
      tell(report),
      /^inventory waits for the row lock on table shop\.inventory, held by `/u,
    );
  },
);

test("MySQL: the root of a chain is named, and who stands before it", { skip }, async () => {
  const job = await connect("job");
  const between = await connect("app");
  await job.beginTransaction();
  await job.query(lockRow("SKU-2"));
  await between.beginTransaction();
  await between.query(lockRow("SKU-3"));
  await explainWaiting(between, lockRow("SKU-2"));
  const report = await explainWaiting(await connect("app"), lockRow("SKU-3"));
  const roles = report.holders.map(({ role, session }) => [role, session?.id]);
  assert.deepEqual(roles, [
    ["root", job.threadId],
    ["between", between.threadId],
  ]);
});

test("MySQL: who holds the definition of a table is seen, not concluded", { skip }, async () => {
  const job = await connect("job");
  await job.beginTransaction();
  await job.query("SELECT count(*) FROM inventory");
  const sql = "ALTER TABLE inventory ADD COLUMN c INT";
  const report = await explainWaiting(await connect("app"), sql);
  assert.equal(report.certainty, "seen");
  assert.equal(report.resource?.name, "shop.inventory");
  assert.deepEqual(
    report.holders.map(({ session }) => session?.id),
    [job.threadId],
  );
});

test("MySQL: who has a lock of GET_LOCK is named", { skip }, async () => {
  const job = await connect("job");
  await job.query("SELECT GET_LOCK('prices', 0)");
  const report = await explainWaiting(await connect("app"), "SELECT GET_LOCK('prices', 600)");
  assert.equal(report.holders[0]?.session?.id, job.threadId);
});

test("MySQL: without the right to look, that is said", { skip }, async () => {
  const job = await connect("job");
  await job.beginTransaction();
  await job.query(lockRow("SKU-5"));
  const waiting = await connect("app");
  void waiting.query(lockRow("SKU-5")).catch(() => undefined);
  const query = queryOfMysql(await connect("nobody"));
  await using waits = mysqlWaits({ query });
  const report = (await waits.explain([{ pid: waiting.threadId }])).get(waiting.threadId);
  assert.deepEqual(report?.holders, []);
  assert.notEqual(report?.gaps.join(), "");
});
