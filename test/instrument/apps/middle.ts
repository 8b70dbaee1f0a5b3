/* Fastify with Redis and PostgreSQL; asks the back with fetch. */
import Fastify from "fastify";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { required, untilDisconnected } from "./lifecycle.ts";

const backUrl = required("BACK_URL");
// Kept open: on a busy machine the request comes long after the connection was made.
const pool = new Pool({
  connectionString: required("DATABASE_URL"),
  max: 1,
  idleTimeoutMillis: 0,
});
const redis = new Redis(required("REDIS_URL"));
await redis.ping();
await pool.query("SELECT 1");

const app = Fastify();
app.get("/stock/:item", async () => {
  await redis.get("stock:42");
  const { rows } = await pool.query("SELECT n FROM generate_series(1, 3) n WHERE 'x' <> $1", ["y"]);
  const answer = await fetch(`${backUrl}/price`, { method: "POST", body: "42" });
  return { rows, price: await answer.text() };
});
await app.listen({ port: 0, host: "127.0.0.1" });
untilDisconnected(app.server, async () => {
  await app.close();
  redis.disconnect();
  await pool.end();
});
