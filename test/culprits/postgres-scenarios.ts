/* What a statement to PostgreSQL, or the request for a connection, can wait for. */
import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { startPsql, type TestProgram } from "@spoor/waits/test-servers";
import { Client, Pool } from "pg";
import type { Scenario, Scenarios, Tools } from "./scenario.ts";

const TAKE = "BEGIN; UPDATE inventory SET quantity = 1 WHERE sku = 'SKU-1';";
const WANT = "SELECT * FROM inventory WHERE sku = 'SKU-1' FOR UPDATE";

/** Another one in each run: when the job has ended, the application may have its order yet. */
const ORDER_ID = randomInt(1_000_000, 1_000_000_000);

function pool({ stores }: Tools, max = 4): Pool {
  const { postgresPort: port } = stores;
  const made = new Pool({ host: "127.0.0.1", port, user: "app", database: "postgres", max });
  made.on("error", () => {});
  return made;
}

async function psql(
  tools: Tools,
  statements: string,
  { last = "", host = "127.0.0.1", port = tools.stores.postgresPort, user = "job" } = {},
): Promise<TestProgram> {
  return tools.keep(await startPsql({ host, port, user }, statements, last));
}

/** A scenario in which psql, run so, keeps the application from `want`. */
function heldByPsql(
  take: string,
  { want = WANT, ...how }: Parameters<typeof psql>[2] & { readonly want?: string } = {},
): Scenario {
  return async (tools) => {
    const job = await psql(tools, take, how);
    tools.expect({ kind: "db.lock", pids: [job.pid] });
    await tools.request("reserve", () => pool(tools).query(want));
  };
}

/** Scenarios of PostgreSQL. */
export const postgresScenarios: Scenarios = {
  "pg-row-lock": heldByPsql(TAKE, { last: "SELECT pg_sleep(600);" }),
  "pg-idle-in-transaction": heldByPsql(`${TAKE} SELECT count(*) FROM orders;`),
  "pg-table-lock": heldByPsql("BEGIN; LOCK TABLE inventory;"),
  "pg-advisory-lock": heldByPsql("BEGIN; SELECT pg_advisory_lock(42);", {
    want: "SELECT pg_advisory_lock(42)",
  }),
  "pg-ipv6": heldByPsql(TAKE, { host: "::1" }),
  "pg-same-user": heldByPsql(TAKE, { user: "app" }),
  "pg-unique-key": heldByPsql(`BEGIN; INSERT INTO orders VALUES (${ORDER_ID});`, {
    want: `INSERT INTO orders VALUES (${ORDER_ID})`,
  }),

  "pg-unix-socket": async (tools) => {
    const job = await psql(tools, TAKE, { host: tools.stores.postgresSocket });
    tools.expect({ kind: "db.lock", pids: [job.pid] });
    await tools.request("reserve", () => pool(tools).query(WANT));
  },

  "pg-chain": async (tools) => {
    const root = await psql(tools, TAKE);
    await psql(tools, "BEGIN; UPDATE inventory SET quantity = 2 WHERE sku = 'SKU-2';", {
      last: "UPDATE inventory SET quantity = 2 WHERE sku = 'SKU-1';",
    });
    tools.expect({ kind: "db.lock", pids: [root.pid] });
    const want = "SELECT * FROM inventory WHERE sku = 'SKU-2' FOR UPDATE";
    await tools.request("reserve", () => pool(tools).query(want));
  },

  "pg-ddl-queue": async (tools) => {
    const reader = await psql(tools, "BEGIN; SELECT count(*) FROM inventory;");
    await psql(tools, "SELECT 1;", { user: "app", last: "ALTER TABLE inventory ADD c integer;" });
    await delay(200);
    tools.expect({ kind: "db.lock", pids: [reader.pid] });
    await tools.request("read", () => pool(tools).query("SELECT * FROM inventory"));
  },

  "pg-prepared-transaction": async (tools) => {
    await psql(tools, `${TAKE} PREPARE TRANSACTION 'xa-77';`);
    tools.expect({ kind: "db.lock", says: "prepared transaction xa-77" });
    await tools.request("reserve", () => pool(tools).query(WANT));
  },

  "pg-dead-client": async (tools) => {
    const job = await psql(tools, TAKE, { last: "SELECT pg_sleep(600);" });
    await delay(200);
    await job.kill();
    tools.expect({ kind: "db.lock", says: "whose client is gone" });
    await tools.request("reserve", () => pool(tools).query(WANT));
  },

  "pg-two-sharers": async (tools) => {
    const share = "BEGIN; SELECT * FROM inventory WHERE sku = 'SKU-1' FOR SHARE;";
    const [one, two] = [await psql(tools, share), await psql(tools, share)];
    tools.expect({ kind: "db.lock", pids: [one.pid, two.pid] });
    await tools.request("reserve", () => pool(tools).query(WANT));
  },

  "pg-behind-pgbouncer": async (tools) => {
    await psql(tools, TAKE, { port: tools.stores.pgbouncerPort });
    tools.expect({ kind: "db.lock", says: "pgbouncer" });
    await tools.request("reserve", () => pool(tools).query(WANT));
  },

  "pg-traceparent-of-holder": async (tools) => {
    const traceId = randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    await psql(tools, `SET application_name = '00-${traceId}-${spanId}-01'; ${TAKE}`, {
      user: "app",
    });
    tools.expect({ kind: "db.lock", spanId });
    await tools.request("reserve", () => pool(tools).query(WANT));
  },

  "pg-held-by-own-request": async (tools) => {
    const connections = pool(tools);
    let spanId = "";
    await tools.request("leaky", async () => {
      spanId = trace.getActiveSpan()?.spanContext().spanId ?? "";
      const client = await connections.connect();
      await client.query(TAKE);
    });
    tools.expect({ kind: "db.lock", spanId });
    await tools.request("reserve", () => connections.query(WANT));
  },

  "pg-deadlock-with-timeout-off": async (tools) => {
    const { postgresPort: port } = tools.stores;
    const client = new Client({ host: "127.0.0.1", port, user: "shop", database: "postgres" });
    client.on("error", () => {});
    await client.connect();
    await client.query("SET deadlock_timeout = '1h'; BEGIN; SELECT pg_advisory_xact_lock(1);");
    await psql(tools, "SET deadlock_timeout = '1h'; BEGIN; SELECT pg_advisory_xact_lock(2);", {
      user: "shop",
      last: "SELECT pg_advisory_xact_lock(1);",
    });
    await delay(200);
    tools.expect({ kind: "db.lock", says: "in a deadlock with" });
    await tools.request("reserve", () => client.query("SELECT pg_advisory_xact_lock(2)"));
  },

  "pool-held-idle": async (tools) => {
    const connections = pool(tools, 1);
    let spanId = "";
    await tools.request("leaky", async () => {
      spanId = trace.getActiveSpan()?.spanContext().spanId ?? "";
      const client = await connections.connect();
      await client.query("SELECT 1");
    });
    tools.expect({ kind: "pool", spanId, says: "postgres-scenarios.ts" });
    await tools.request("reserve", () => connections.query("SELECT 1"));
  },

  "pool-held-working": async (tools) => {
    const connections = pool(tools, 1);
    let spanId = "";
    void tools.request("report", async () => {
      spanId = trace.getActiveSpan()?.spanContext().spanId ?? "";
      await connections.query("SELECT pg_sleep(600)");
    });
    await delay(300);
    tools.expect({ kind: "pool", spanId, says: "running a statement" });
    await tools.request("reserve", () => connections.query("SELECT 1"));
  },
};
