/* Knows how many pieces of an item there are: by the cache, and surely by the database. */
import { trace } from "@opentelemetry/api";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { type HttpAnswer, type HttpRequest, requiredUrl, serveHttp } from "./http-service.ts";

const CACHE_SECONDS = 60;

const pool = new Pool({ connectionString: requiredUrl("DATABASE_URL") });
// A connection that the server cut while nobody used it; the pool opens another one.
pool.on("error", () => {});

/** Without REDIS_URL there is no cache, and every check goes to the database alone. */
const redisUrl = process.env["REDIS_URL"];
const cache = redisUrl === undefined ? undefined : new Redis(redisUrl, { maxRetriesPerRequest: 1 });
cache?.on("error", (error) => console.error("redis:", error.message));

async function handleCheck(request: HttpRequest): Promise<HttpAnswer> {
  const itemId = request.query.get("item_id") ?? "";
  const cached = await cache?.get(`inventory:${itemId}`);
  trace.getActiveSpan()?.addEvent(typeof cached === "string" ? "cache hit" : "cache miss");
  if (cached === "0") return stockAnswer(itemId, 0);

  // The cache may be a minute old. FOR UPDATE waits for whoever is just changing this row.
  const { rows } = await pool.query<{ available: number }>(
    "SELECT * FROM inventory WHERE item_id = $1 FOR UPDATE",
    [itemId],
  );
  const available = rows[0]?.available ?? 0;
  if (typeof cached !== "string") {
    await cache?.set(`inventory:${itemId}`, available, "EX", CACHE_SECONDS);
  }
  return stockAnswer(itemId, available);
}

function stockAnswer(itemId: string, available: number): HttpAnswer {
  console.log(`checked ${itemId}: ${available} available`);
  return { status: 200, body: { itemId, available } };
}

serveHttp({ "GET /inventory": handleCheck }, async () => {
  cache?.disconnect();
  await pool.end();
});
