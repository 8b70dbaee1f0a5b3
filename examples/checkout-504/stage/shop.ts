import type { RunningProgram } from "./child-process.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { type Service, startJob, startTracedService, startUntracedService } from "./services.ts";
import type { Otlp } from "./spoor.ts";
import type { Stage } from "./stage.ts";

/** The whole shop, open for checkouts. */
export interface Shop {
  readonly gateway: Service;
  readonly payment: Service;
  readonly inventory: Service;
  readonly databaseUrl: string;
  readonly hasCache: boolean;
}

/** How the shop is set up. */
export interface ShopOptions {
  readonly otlp: Otlp;
  readonly checkoutTimeoutMs: number;
}

/** What a customer got. */
export interface CheckoutAnswer {
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
  readonly traceId: string;
  /** False when the gateway's sampler decided not to record this trace. */
  readonly isSampled: boolean;
}

/** Starts the stores, then the services, the gateway last. Says on standard output what it uses. */
export async function openShop(stage: Stage, options: ShopOptions): Promise<Shop> {
  const { otlp, checkoutTimeoutMs } = options;
  const postgres = await startPostgres(stage);
  const redisUrl = await startRedis(stage);
  console.log(`PostgreSQL ${postgres.version} ${postgres.source}, a temporary cluster.`);
  console.log(
    redisUrl === undefined
      ? "No Redis: redis-server is not in PATH, so the inventory works without its cache."
      : "Redis from PATH, in memory only.",
  );
  const provider = await startUntracedService(stage, "payment-provider");
  const [inventory, payment] = await Promise.all([
    startTracedService(stage, "inventory", {
      otlp,
      settings: {
        DATABASE_URL: postgres.url,
        ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      },
    }),
    startTracedService(stage, "payment", {
      otlp,
      settings: { DATABASE_URL: postgres.url, PAYMENT_PROVIDER_URL: provider.url },
    }),
  ]);
  const gateway = await startTracedService(stage, "api-gateway", {
    otlp,
    settings: {
      INVENTORY_URL: inventory.url,
      PAYMENT_URL: payment.url,
      CHECKOUT_TIMEOUT_MS: String(checkoutTimeoutMs),
    },
  });
  const hasCache = redisUrl !== undefined;
  return { gateway, payment, inventory, databaseUrl: postgres.url, hasCache };
}

/** Starts the nightly job; it holds the lock on item_42 once it says "reconciling item_42". */
export function startReconcile(stage: Stage, shop: Shop): RunningProgram {
  return startJob(stage, "nightly-reconcile", { DATABASE_URL: shop.databaseUrl });
}

/** Buys item_42. */
export async function checkOut(shop: Shop, orderId: string): Promise<CheckoutAnswer> {
  const startMs = performance.now();
  const response = await fetch(checkoutUrl(shop, orderId), {
    method: "POST",
    headers: { "x-user-id": "user_7" },
  });
  const body = (await response.text()).trim();
  const tookMs = performance.now() - startMs;
  // 00-<trace id>-<span id>-<flags>, like traceparent.
  const [, traceId = "", , flags = "00"] = response.headers.get("traceresponse")?.split("-") ?? [];
  return {
    status: response.status,
    body,
    tookMs,
    traceId,
    isSampled: Number.parseInt(flags, 16) % 2 === 1,
  };
}

/** Where a checkout is sent with POST. */
export function checkoutUrl(shop: Shop, orderId: string): string {
  return `${shop.gateway.url}/checkout?order_id=${orderId}&item_id=item_42`;
}
