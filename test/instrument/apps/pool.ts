/*
 * Several pieces of work share a pool of one connection: with callbacks, which pg-pool runs in the
 * context of whoever gave the connection back, and with promises. Meanwhile one asks who holds it.
 */
import { trace } from "@opentelemetry/api";
import type { connectionRegistry } from "@spoor/sdk/instrument";
import { Pool } from "pg";
import { required } from "./lifecycle.ts";

const tracer = trace.getTracer("pool-app");
const pool = new Pool({ connectionString: required("DATABASE_URL"), max: 1 });

function work(name: string, run: () => Promise<unknown>): Promise<void> {
  return tracer.startActiveSpan(name, async (span) => {
    await run();
    span.end();
  });
}

function queryWithCallback(): Promise<void> {
  return new Promise((resolve, reject) => {
    pool.query("SELECT pg_sleep(0.01)", (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

await work("first", () => pool.query("SELECT 1"));
await Promise.all([
  work("a", queryWithCallback),
  work("b", queryWithCallback),
  work("c", () => pool.query("SELECT 2")),
]);
await work("holder", async () => {
  const client = await pool.connect();
  await client.query("BEGIN");
  const waiting = work("waiter", () => pool.query("SELECT 3"));
  // Set by traced.ts.
  const { connectionRegistry: registry } = globalThis as unknown as {
    readonly connectionRegistry: typeof connectionRegistry;
  };
  const [connection] = [...registry.connections()];
  const answer = {
    transaction: connection?.transaction(),
    hasPid: typeof connection?.backendPid() === "number",
    checkedOutBy: connection?.checkout?.by.spanId,
    lastQuery: connection?.lastQuery?.text,
    waits: [...registry.waits()].map(({ by }) => by.spanId),
    waitsOnItsPool: [...registry.waits()].every(({ pool: one }) =>
      [...registry.connectionsOf(one)].includes(connection ?? never()),
    ),
  };
  process.send?.({ answer });
  await client.query("COMMIT");
  client.release();
  await waiting;
});
await pool.end();
process.disconnect();

function never(): never {
  throw new Error("there is no connection");
}
