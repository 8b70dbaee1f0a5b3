import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "pg";
import {
  backendPid,
  NO_POSTGRES,
  queryOf,
  startPsql,
  startTestPostgres,
} from "../base/test-postgres.ts";
import {
  findProgram,
  freePort,
  serverUser,
  startTestProgram,
  until,
} from "../base/test-program.ts";
import { postgresWaits } from "./postgres-waits.ts";

const skip =
  NO_POSTGRES ||
  (findProgram("psql") === undefined && "psql is not installed") ||
  (findProgram("pgbouncer") === undefined && "pgbouncer is not installed");

test("behind pgbouncer the client that it serves at this moment is named", { skip }, async () => {
  await using server = await startTestPostgres();
  const directory = mkdtempSync(join(tmpdir(), "spoor-waits-pgbouncer-"));
  chmodSync(directory, 0o755);
  const port = await freePort();
  const settings = join(directory, "pgbouncer.ini");
  writeFileSync(settings, settingsText(server.port, port));
  await using pooler = startTestProgram({
    command: findProgram("pgbouncer") ?? "",
    args: [settings],
    runAs: serverUser(["postgres", "nobody"]),
    stopSignal: "SIGINT",
  });
  const console_ = await until("pgbouncer to start", async () => {
    const client = new Client({ host: "127.0.0.1", port, user: "watch", database: "pgbouncer" });
    client.on("error", () => {});
    return await client.connect().then(
      () => client,
      () => undefined,
    );
  });
  await using job = await startPsql(
    { host: "127.0.0.1", port, user: "job" },
    "BEGIN; UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-1';",
  );
  const app = await server.connect("app");
  const watcher = await server.connect("stats");
  const ended = app.query("SELECT 1 FROM inventory WHERE sku = 'SKU-1' FOR UPDATE");
  const pid = backendPid(app);
  const explain = async (withConsole: boolean) => {
    await using waits = postgresWaits({
      query: queryOf(watcher),
      ...(withConsole ? { pgbouncer: queryOf(console_) } : {}),
    });
    return (await waits.explain([{ pid }])).get(pid);
  };
  const report = await until("the statement to wait", async () => {
    const current = await explain(true);
    return current?.kind === "db.lock" && current;
  });
  assert.equal(report.holders[0]?.process?.pid, job.pid, report.holders[0]?.processUnknown);
  const without = await explain(false);
  assert.equal(without?.holders[0]?.process, undefined);
  assert.match(
    without?.holders[0]?.processUnknown ?? "",
    new RegExp(`pgbouncer.* \\(pid ${pooler.pid}\\); with a connection to its console`, "u"),
  );
  await job.kill();
  await ended;
  await console_.end();
  rmSync(directory, { recursive: true });
});

/** With `auth_type = any` everybody is one user of the database, which must be named. */
function settingsText(databasePort: number, port: number): string {
  return `[databases]
postgres = host=127.0.0.1 port=${databasePort} user=job
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
stats_users = watch
ignore_startup_parameters = extra_float_digits
`;
}
