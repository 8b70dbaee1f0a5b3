/* Starts the tracing after its libraries, as an application does that imports everything first. */
import { trace } from "@opentelemetry/api";
import { Client } from "pg";
import pino from "pino";
import { required } from "./lifecycle.ts";

await import("../traced.ts");
const client = new Client(required("DATABASE_URL"));
await client.connect();
await trace.getTracer("late-app").startActiveSpan("work", async (span) => {
  await client.query("SELECT 1");
  span.end();
});
await client.end();
pino({ enabled: false }).info("quiet");
process.disconnect();
