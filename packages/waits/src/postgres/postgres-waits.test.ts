import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { systemClock, type WaitReport, waitSentence } from "@spoor/trace";
import type { Client } from "pg";
import {
  backendPid,
  NO_POSTGRES,
  queryOf,
  startPsql,
  startTestPostgres,
  type TestPostgres,
} from "../base/test-postgres.ts";
import { findProgram, type TestProgram, until } from "../base/test-program.ts";
import { deadlockOf } from "./deadlock.ts";
import { postgresWaits, type PostgresWaitsOptions } from "./postgres-waits.ts";

const skip = NO_POSTGRES;
const SKIP_PSQL = skip === false && findProgram("psql") === undefined && "psql is not installed";

let server: TestPostgres;
let watcher: Client;
let admin: Client;
let job: Client;
let app: Client;
let other: Client;

before(async () => {
  if (skip !== false) return;
  // A deadlock stays until the test has seen it.
  server = await startTestPostgres({ deadlock_timeout: "600s" });
  watcher = await server.connect("stats", { application: "spoor-watch" });
  admin = await server.connect("shop");
});
after(() => server?.[Symbol.asyncDispose]());

/** Nothing waits and nobody holds, whatever the test before has left. */
beforeEach(async () => {
  if (skip !== false) return;
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('job', 'app')",
  );
  const prepared = await admin.query<{ gid: string }>("SELECT gid FROM pg_prepared_xacts");
  for (const { gid } of prepared.rows) {
    await admin.query(`ROLLBACK PREPARED '${gid.replaceAll("'", "''")}'`);
  }
  job = await server.connect("job", { application: "nightly" });
  app = await server.connect("app", { application: "inventory" });
  other = await server.connect("app", { application: "orders" });
});

const lockRow = (sku: string) => `SELECT quantity FROM inventory WHERE sku = '${sku}' FOR UPDATE`;

/** Starts a statement that waits, and resolves once the database says that it does. */
async function startWaiting(client: Client, sql: string): Promise<{ ended: Promise<unknown> }> {
  const ended = client.query(sql).catch((error: unknown) => error);
  await until("the statement to wait", async () => {
    const { rows } = await watcher.query(
      "SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1 AND state = 'active'",
      [backendPid(client)],
    );
    return rows[0]?.wait_event_type === "Lock";
  });
  return { ended };
}

async function explain(
  client: Client,
  options: Partial<PostgresWaitsOptions> = {},
): Promise<WaitReport> {
  await using waits = postgresWaits({ query: queryOf(watcher), ...options });
  const pid = backendPid(client);
  const report = await until("a walk that the machine's load does not cut off", async () => {
    const current = (await waits.explain([{ pid }])).get(pid);
    return current?.gaps.some((gap) => gap.startsWith("the walk failed")) !== true && current;
  });
  return report;
}

const tell = (report: WaitReport) =>
  waitSentence(report, { who: "inventory", nowUnixNano: systemClock.nowUnixNano() });

function psql(statements: string, last = ""): Promise<TestProgram> {
  return startPsql({ host: "127.0.0.1", port: server.port, user: "job" }, statements, last);
}

test(
  "a job that sleeps with a row lock is named with its process and the row",
  { skip: skip || SKIP_PSQL },
  async () => {
    await using holder = await psql(
      "BEGIN; UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-7';",
      "SELECT pg_sleep(600);",
    );
    const waiting = await startWaiting(app, lockRow("SKU-7"));
    const report = await explain(app);
    assert.equal(report.kind, "db.lock");
    assert.equal(report.certainty, "seen");
    assert.deepEqual(report.resource, {
      kind: "row",
      name: "inventory",
      row: "(0,7)",
      lockType: "transactionid",
      lockMode: "ShareLock",
    });
    const [root, ...others] = report.holders;
    assert.deepEqual(others, []);
    assert.equal(root?.process?.pid, holder.pid);
    assert.equal(root.process.command, "psql -h -p -U -d -q -A");
    assert.equal(root.session?.state, "active");
    assert.equal(root.session.statement, "SELECT pg_sleep(?);");
    assert.equal(root.session.isStatementLast, false);
    assert.ok((root.session.transactionStartUnixNano ?? 0n) <= report.observedUnixNano);
    assert.match(tell(report), /row lock on table inventory at \(0,7\), held by `psql/u);
    await admin.query("SELECT pg_terminate_backend($1)", [root.session?.id]);
    await waiting.ended;
  },
);

test(
  "the statement of a holder that is idle in its transaction is labelled the last",
  { skip },
  async () => {
    await job.query("BEGIN");
    await job.query("UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-8'");
    await job.query("SELECT count(*) FROM orders");
    const waiting = await startWaiting(app, lockRow("SKU-8"));
    const report = await explain(app);
    const session = report.holders[0]?.session;
    assert.equal(session?.state, "idle in transaction");
    assert.equal(session.statement, "SELECT count(*) FROM orders");
    assert.equal(session.isStatementLast, true);
    const ages = [session.transactionStartUnixNano, session.stateChangeUnixNano];
    assert.ok(ages.every((age) => age !== undefined && age <= systemClock.nowUnixNano()));
    assert.deepEqual(
      report.remedies.map(({ text }) => text),
      [
        `SELECT pg_terminate_backend(${backendPid(job)});`,
        "ALTER ROLE job SET idle_in_transaction_session_timeout = '60s';",
      ],
    );
    await job.query("ROLLBACK");
    await waiting.ended;
  },
);

test("in a chain the root is named first, and the victim between after it", { skip }, async () => {
  await job.query("BEGIN");
  await job.query(lockRow("SKU-9"));
  await other.query("BEGIN");
  await other.query(lockRow("SKU-10"));
  const between = await startWaiting(other, lockRow("SKU-9"));
  const waiting = await startWaiting(app, lockRow("SKU-10"));
  const report = await explain(app);
  assert.deepEqual(
    report.holders.map(({ role, session }) => [role, session?.id]),
    [
      ["root", backendPid(job)],
      ["between", backendPid(other)],
    ],
  );
  assert.equal(report.resource?.row, "(0,10)");
  assert.equal(report.holders[1]?.resource?.row, "(0,9)");
  assert.equal(report.holders[1].session?.waitsFor, "Lock:transactionid");
  await job.query("ROLLBACK");
  await between.ended;
  await other.query("ROLLBACK");
  await waiting.ended;
});

test(
  "behind a schema change both it and the reader that it waits for are named",
  { skip },
  async () => {
    await job.query("BEGIN");
    await job.query("SELECT count(*) FROM inventory");
    const change = await startWaiting(other, "ALTER TABLE inventory ADD COLUMN note text");
    const waiting = await startWaiting(app, "SELECT 1 FROM inventory WHERE sku = 'SKU-11'");
    const report = await explain(app, { showsPrimaryKeys: true });
    assert.equal(report.resource?.kind, "table");
    assert.equal(report.resource.name, "inventory");
    assert.deepEqual(
      report.holders.map(({ role, session }) => [role, session?.id, session?.statement]),
      [
        ["root", backendPid(job), "SELECT count(*) FROM inventory"],
        ["between", backendPid(other), "ALTER TABLE inventory ADD COLUMN note text"],
      ],
    );
    assert.match(tell(report), /before it in the queue waits .* with ALTER TABLE/u);
    const texts = new Set(report.remedies.map(({ text }) => text));
    assert.ok(texts.has(`SELECT pg_cancel_backend(${backendPid(other)});`));
    assert.ok(texts.has("SET lock_timeout = '2s';"));
    await job.query("ROLLBACK");
    await Promise.all([change.ended, waiting.ended]);
    await other.query("ALTER TABLE inventory DROP COLUMN note");
  },
);

test("an advisory lock is named by the key that its users pass", { skip }, async () => {
  for (const [sql, name] of [
    ["pg_advisory_xact_lock(-4242)", "-4242"],
    ["pg_advisory_xact_lock(7, -9)", "(7, -9)"],
  ] as const) {
    await job.query("BEGIN");
    await job.query(`SELECT ${sql}`);
    const waiting = await startWaiting(app, `SELECT ${sql}`);
    const report = await explain(app);
    assert.equal(report.resource?.kind, "advisory-lock");
    assert.equal(report.resource.name, name);
    assert.equal(report.holders[0]?.session?.id, backendPid(job));
    await job.query("ROLLBACK");
    await waiting.ended;
  }
});

test(
  "all who share a row lock are named, though the waiter is blocked by one at a time",
  { skip },
  async () => {
    for (const client of [job, other]) {
      await client.query("BEGIN");
      await client.query("SELECT * FROM inventory WHERE sku = 'SKU-12' FOR SHARE");
    }
    const waiting = await startWaiting(app, lockRow("SKU-12"));
    // Reading the row needs the right to; without it the report says that more may follow.
    const app2 = await server.connect("app");
    await admin.query("GRANT pg_read_all_stats TO app");
    const full = await explain(app, { query: queryOf(app2) });
    assert.deepEqual(
      new Set(full.holders.map(({ session }) => session?.id)),
      new Set([backendPid(job), backendPid(other)]),
    );
    assert.ok(full.holders.every(({ role }) => role === "root"));
    assert.equal(full.mayHaveMore, false);
    const poor = await explain(app);
    assert.equal(poor.holders.length, 1);
    await job.query("ROLLBACK");
    await other.query("ROLLBACK");
    await waiting.ended;
    await admin.query("REVOKE pg_read_all_stats FROM app");
  },
);

test(
  "a prepared transaction is named by its gid and age, without session or process",
  { skip },
  async () => {
    await job.query("BEGIN");
    await job.query("UPDATE inventory SET quantity = 2 WHERE sku = 'SKU-13'");
    await job.query("PREPARE TRANSACTION 'xa-77''s'");
    const waiting = await startWaiting(app, lockRow("SKU-13"));
    const report = await explain(app);
    const [root] = report.holders;
    assert.equal(root?.preparedTransaction, "xa-77's");
    assert.equal(root.session, undefined);
    assert.ok((root.preparedUnixNano ?? 0n) > 0n);
    assert.match(report.remedies[1]?.text ?? "", /^ROLLBACK PREPARED 'xa-77''s';$/u);
    await job.query("ROLLBACK PREPARED 'xa-77''s'");
    await waiting.ended;
  },
);

test("a prepared transaction that holds a table is named too", { skip }, async () => {
  await job.query("BEGIN");
  await job.query("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
  await job.query("PREPARE TRANSACTION 'xa-78'");
  const waiting = await startWaiting(app, "SELECT * FROM orders");
  assert.equal((await explain(app)).holders[0]?.preparedTransaction, "xa-78");
  await job.query("ROLLBACK PREPARED 'xa-78'");
  await waiting.ended;
});

test(
  "a deadlock is a circle while it lasts, and known from the error afterwards",
  { skip },
  async () => {
    await admin.query("SET deadlock_timeout = '1ms'");
    await app.query("BEGIN");
    await app.query(lockRow("SKU-20"));
    await other.query("BEGIN");
    await other.query(lockRow("SKU-21"));
    const first = await startWaiting(app, lockRow("SKU-21"));
    const second = await startWaiting(other, lockRow("SKU-20"));
    const report = await explain(app);
    assert.deepEqual(
      report.holders.map(({ role, session }) => [role, session?.id]),
      [["cycle", backendPid(other)]],
    );
    assert.match(tell(report), /in a deadlock with/u);
    await admin.query("SELECT pg_cancel_backend($1)", [backendPid(other)]);
    await second.ended;
    await other.query("ROLLBACK");
    await first.ended;
    await app.query("ROLLBACK");

    await admin.query("BEGIN");
    await admin.query(lockRow("SKU-22"));
    await app.query("BEGIN");
    await app.query(lockRow("SKU-23"));
    const third = await startWaiting(app, lockRow("SKU-22"));
    const error: unknown = await admin.query(lockRow("SKU-23")).catch((reason: unknown) => reason);
    const after_ = deadlockOf(error as { code: string; detail: string }, {
      ownPid: backendPid(admin),
      observedUnixNano: 1n,
    });
    assert.deepEqual(
      after_?.holders.map(({ session }) => session?.id),
      [backendPid(app)],
    );
    assert.equal(deadlockOf({ code: "40001" }, { ownPid: 1, observedUnixNano: 1n }), undefined);
    await admin.query("ROLLBACK");
    await third.ended;
  },
);

test("a statement that computes is running, and nobody is accused", { skip }, async () => {
  const running = app.query("SELECT count(*) FROM generate_series(1, 2000000000)").catch(() => "");
  const report = await until("the statement to compute", async () => {
    const current = await explain(app);
    return current.evidence.some(({ fact }) => fact.includes("it computes")) && current;
  });
  assert.equal(report.kind, "db.running");
  assert.deepEqual(report.holders, []);
  await admin.query("SELECT pg_cancel_backend($1)", [backendPid(app)]);
  await running;
});

test(
  "a session that has answered and one that is gone are not accused either",
  { skip },
  async () => {
    const idle = await explain(app);
    assert.equal(idle.kind, "unknown");
    assert.match(tell(idle), /answered already/u);
    const gone = await server.connect("app");
    const pid = backendPid(gone);
    await gone.end();
    await until("the session to end", async () => {
      const { rows } = await watcher.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [pid]);
      return rows.length === 0;
    });
    await using waits = postgresWaits({ query: queryOf(watcher) });
    assert.match(
      tell((await waits.explain([{ pid }])).get(pid) as WaitReport),
      /not in the database/u,
    );
  },
);

test("a client that does not read its answer is the one who is waited for", { skip }, async () => {
  const slow = await server.connect("app");
  // pg has no way to stop reading; its socket has.
  const { stream } = (slow as unknown as { connection: { stream: NodeJS.ReadableStream } })
    .connection;
  slow.query("SELECT repeat('x', 1000) FROM generate_series(1, 200000)").catch(() => "ended");
  stream.pause();
  const report = await until("the answer to fill the buffers", async () => {
    const current = await explain(slow);
    return current.kind === "db.unread" && current;
  });
  assert.match(tell(report), /waits .* for this process to read what the database has answered/u);
});

test(
  "a client that was killed while its statement sleeps is gone, and still holds",
  { skip: skip || SKIP_PSQL },
  async () => {
    const holder = await psql(
      "BEGIN; UPDATE inventory SET quantity = 3 WHERE sku = 'SKU-14';",
      "SELECT pg_sleep(600);",
    );
    const waiting = await startWaiting(app, lockRow("SKU-14"));
    await until("psql to sleep", async () => {
      const report = await explain(app);
      return report.holders[0]?.session?.state === "active";
    });
    await holder.kill();
    const report = await until("the kernel to close", async () => {
      const current = await explain(app);
      return current.holders[0]?.isClientGone === true && current;
    });
    assert.match(tell(report), /of user job, .* whose client is gone, running a statement/u);
    const texts = report.remedies.map(({ text }) => text);
    assert.match(texts[0] ?? "", /^SELECT pg_terminate_backend\(\d+\);$/u);
    assert.match(texts[1] ?? "", /client_connection_check_interval = '10s'/u);
    await admin.query("SELECT pg_terminate_backend($1)", [report.holders[0]?.session?.id]);
    await waiting.ended;
  },
);

test(
  "without any grant the holder is still named, and the grant that would add the rest",
  { skip },
  async () => {
    await job.query("BEGIN");
    await job.query(lockRow("SKU-15"));
    await other.query("BEGIN");
    await other.query(lockRow("SKU-16"));
    const between = await startWaiting(other, lockRow("SKU-15"));
    const waiting = await startWaiting(app, lockRow("SKU-16"));
    const nobody = await server.connect("nobody");
    const report = await explain(app, { query: queryOf(nobody) });
    assert.deepEqual(
      report.holders.map(({ role, session }) => [role, session?.id, session?.user]),
      [
        ["root", backendPid(job), "job"],
        ["between", backendPid(other), "app"],
      ],
    );
    assert.equal(report.holders[0]?.session?.application, "nightly");
    assert.equal(report.holders[0].session.state, undefined);
    assert.equal(report.holders[0].session.statement, undefined);
    assert.equal(report.resource?.name, "inventory");
    assert.match(report.gaps.join(), /hidden from nobody/u);
    assert.equal(report.remedies.at(-1)?.text, "GRANT pg_read_all_stats TO nobody;");
    await job.query("ROLLBACK");
    await between.ended;
    await other.query("ROLLBACK");
    await waiting.ended;
  },
);

test(
  "a holder over a Unix socket is found by the peer of its backend's socket",
  {
    skip:
      skip ||
      SKIP_PSQL ||
      (findProgram("ss") === undefined && "ss is not installed") ||
      (process.getuid?.() !== 0 && "only root sees the files of the database's user"),
  },
  async () => {
    await using holder = await startPsql(
      { host: server.socketDirectory, port: server.port, user: "job" },
      "BEGIN; UPDATE inventory SET quantity = 4 WHERE sku = 'SKU-17';",
    );
    const waiting = await startWaiting(app, lockRow("SKU-17"));
    const report = await explain(app);
    assert.equal(report.holders[0]?.session?.address, undefined);
    assert.equal(report.holders[0]?.process?.pid, holder.pid);
    await holder.kill();
    await waiting.ended;
  },
);

test("a holder over IPv6 is found", { skip: skip || SKIP_PSQL }, async () => {
  await using holder = await startPsql(
    { host: "::1", port: server.port, user: "job" },
    "BEGIN; UPDATE inventory SET quantity = 4 WHERE sku = 'SKU-18';",
  );
  const waiting = await startWaiting(app, lockRow("SKU-18"));
  const report = await explain(app);
  assert.equal(report.holders[0]?.session?.address, "::1");
  assert.equal(report.holders[0].process?.pid, holder.pid);
  await holder.kill();
  await waiting.ended;
});

test(
  "a traceparent in the holder's statement names its span, and so does the caller's registry",
  { skip },
  async () => {
    await job.query("BEGIN");
    await job.query(
      `${lockRow("SKU-19")} /*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/`,
    );
    const waiting = await startWaiting(app, lockRow("SKU-19"));
    const [holder] = (await explain(app)).holders;
    assert.equal(holder?.span?.traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert.equal(holder.instrumentation, "yes");
    assert.doesNotMatch(holder.session?.statement ?? "", /traceparent|SKU/u);
    const span = {
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      callSite: "reserve (stock.ts:14)",
    };
    const registered = await explain(app, {
      spanOfSession: ({ id }) => (id === backendPid(job) ? span : undefined),
    });
    assert.deepEqual(registered.holders[0]?.span, span);
    await job.query("ROLLBACK");
    await waiting.ended;
  },
);

test("primary keys are read on request only", { skip }, async () => {
  await job.query("BEGIN");
  await job.query(lockRow("SKU-24"));
  const waiting = await startWaiting(app, lockRow("SKU-24"));
  const query = queryOf(await server.connect("app"));
  assert.equal((await explain(app, { query })).resource?.primaryKey, undefined);
  const report = await explain(app, { query, showsPrimaryKeys: true });
  assert.equal(report.resource?.primaryKey, "sku=SKU-24");
  // A role that may not read the table loses the key, and nothing else.
  const poor = await explain(app, { showsPrimaryKeys: true });
  assert.equal(poor.resource?.primaryKey, undefined);
  assert.equal(poor.holders[0]?.session?.id, backendPid(job));
  await job.query("ROLLBACK");
  await waiting.ended;
});
