/*
 * One instance of a service, traced by `--import @spoor/sdk/auto`: reserves the row of its argument
 * as soon as it is told anything.
 */
import { once } from "node:events";
import { trace } from "@opentelemetry/api";
import { Client } from "pg";

const [port = "", sku = ""] = process.argv.slice(2);
const client = new Client({
  host: "127.0.0.1",
  port: Number(port),
  user: "app",
  database: "postgres",
});
await client.connect();
console.log("ready");
await once(process.stdin, "data");
await trace.getTracer("reserve").startActiveSpan("POST /reserve", async (span) => {
  await client.query("SELECT * FROM inventory WHERE sku = $1 FOR UPDATE", [sku]);
  span.end();
});
await client.end();
