/*
 * The background job that nobody thought to instrument. It compares the stock in the database
 * with the warehouse's own count, item by item, and does so inside one transaction: the row that
 * it updated first stays locked until the last item is done.
 */
import { Client } from "pg";

const client = new Client({ connectionString: process.env["DATABASE_URL"] });
await client.connect();
await client.query("BEGIN");
await client.query("UPDATE inventory SET reconciled_at = now() WHERE item_id = 'item_42'");
console.log("reconciling item_42");

// The warehouse counts by hand. The job waits for it, all night if need be.
const night = setInterval(() => {}, 60_000);

async function stop(): Promise<void> {
  process.off("SIGTERM", onStop).off("disconnect", onStop);
  if (process.connected) process.disconnect();
  clearInterval(night);
  await client.query("ROLLBACK");
  await client.end();
}

function onStop(): void {
  stop().catch((error: unknown) => console.error("cannot roll back:", error));
}
process.on("SIGTERM", onStop).on("disconnect", onStop);
