/* Commands to Redis in every form in which ioredis sends them, each below a span of its own. */
import { trace } from "@opentelemetry/api";
import { Redis } from "ioredis";
import { required } from "./lifecycle.ts";

const tracer = trace.getTracer("redis-app");
const redis = new Redis(required("REDIS_URL"));
await redis.ping();

async function work(name: string, ask: () => Promise<unknown>): Promise<void> {
  await tracer.startActiveSpan(name, async (span) => {
    await ask().catch(() => undefined);
    span.end();
  });
}

await work("read", () => redis.mget("cart:1", "cart:2"));
await work("write", () => redis.set("cart:1", "secret", "EX", 60));
await work("field", () => redis.hset("order:1", "card", "secret"));
await work("unknown", () => redis.call("ACL", "GENPASS", "secret"));
await work("failed", () => redis.lpush("cart:1", "secret"));
await work("pipeline", () => redis.pipeline().get("cart:1").get("cart:2").exec());
await work("transaction", () => redis.multi().get("cart:1").exec());
// Sent when the connection is there; and nobody's call, because no span is active.
const late = new Redis(required("REDIS_URL"), { lazyConnect: true });
await work("waits", () => late.get("cart:1"));
await late.get("cart:2");
late.disconnect();
redis.disconnect();
process.disconnect();
