import type { Client } from "pg";
import { backendPid, type TestPostgres } from "./test-postgres.ts";
import { until } from "./test-program.ts";

/** Sessions that all wait for one row, until this is disposed of: then each has had it. */
export interface RowQueue extends AsyncDisposable {
  /** The session that has the row. */
  readonly holder: Client;
  /** Pids of the sessions that wait. */
  readonly waiterPids: readonly number[];
}

/** Lets `count` sessions wait for one row, as the instances of a shop do when a job locks it. */
export async function startRowQueue(server: TestPostgres, count: number): Promise<RowQueue> {
  const holder = await server.connect("job", { application: "nightly" });
  await holder.query("BEGIN");
  await holder.query("UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-40'");
  const waiters: Client[] = [];
  const ended: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const client = await server.connect("app", { application: "inventory" });
    waiters.push(client);
    ended.push(client.query("SELECT 1 FROM inventory WHERE sku = 'SKU-40' FOR UPDATE"));
  }
  const watcher = await server.connect("stats");
  await until("all to wait", async () => {
    const { rows } = await watcher.query<{ waiting: string }>(
      "SELECT count(*) AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid = ANY($1)",
      [waiters.map(backendPid)],
    );
    return Number(rows[0]?.waiting) === count;
  });
  return {
    holder,
    waiterPids: waiters.map(backendPid),
    [Symbol.asyncDispose]: async () => {
      await holder.query("ROLLBACK");
      await Promise.all(ended);
      await Promise.all([...waiters, holder, watcher].map((client) => client.end()));
    },
  };
}
