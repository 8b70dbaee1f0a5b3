/* What the shop's customers talk to. Gives up on a checkout after CHECKOUT_TIMEOUT_MS. */
import { type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { type HttpAnswer, type HttpRequest, requiredUrl, serveHttp } from "./http-service.ts";

const inventoryUrl = requiredUrl("INVENTORY_URL");
const paymentUrl = requiredUrl("PAYMENT_URL");
const timeoutMs = Number(process.env["CHECKOUT_TIMEOUT_MS"] ?? 30_000);

const tracer = trace.getTracer("api-gateway");

interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly itemId: string;
}

interface Failure {
  readonly status: number;
  readonly message: string;
}

function handleCheckout(request: HttpRequest): Promise<HttpAnswer> {
  return tracer.startActiveSpan("handleCheckout", async (span) => {
    const order: Order = {
      orderId: request.query.get("order_id") ?? "",
      userId: String(request.headers["x-user-id"] ?? ""),
      itemId: request.query.get("item_id") ?? "",
    };
    span.setAttributes({ "user.id": order.userId, "order.id": order.orderId });
    const headers = { traceresponse: traceresponse(span) };
    const deadline = AbortSignal.timeout(timeoutMs);
    let failure: Failure = { status: 503, message: "inventory check failed" };
    try {
      const itemsAvailable = await checkInventory(order, deadline);
      failure = { status: 500, message: "payment processing failed" };
      const paymentId = await processPayment(order, deadline);
      span.setStatus({ code: SpanStatusCode.OK });
      console.log(`200 POST /checkout order=${order.orderId}`);
      return { status: 200, headers, body: { orderId: order.orderId, itemsAvailable, paymentId } };
    } catch (error) {
      if (deadline.aborted) failure = { status: 504, message: `timed out after ${timeoutMs} ms` };
      span.recordException(toError(error));
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
      console.log(`${failure.status} POST /checkout order=${order.orderId} ${failure.message}`);
      const body = { orderId: order.orderId, error: failure.message };
      return { status: failure.status, headers, body };
    } finally {
      span.end();
    }
  });
}

function checkInventory(order: Order, deadline: AbortSignal): Promise<number> {
  return tracer.startActiveSpan("checkInventory", async (span) => {
    span.setAttribute("order.id", order.orderId);
    try {
      const url = `${inventoryUrl}/inventory?item_id=${encodeURIComponent(order.itemId)}`;
      const response = await fetch(url, { signal: deadline });
      if (!response.ok) throw new Error(`inventory answered ${response.status}`);
      // What the inventory service answers; see inventory.ts.
      const { available } = (await response.json()) as { available: number };
      span.setAttribute("inventory.items_available", available);
      return available;
    } catch (error) {
      span.recordException(toError(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

function processPayment(order: Order, deadline: AbortSignal): Promise<string> {
  return tracer.startActiveSpan("processPayment", async (span) => {
    span.setAttribute("order.id", order.orderId);
    try {
      const query = new URLSearchParams({ order_id: order.orderId, user_id: order.userId });
      const url = `${paymentUrl}/payments?${query.toString()}`;
      const response = await fetch(url, { method: "POST", signal: deadline });
      if (!response.ok) throw new Error(`payment answered ${response.status}`);
      // What the payment service answers; see payment.ts.
      const { paymentId } = (await response.json()) as { paymentId: string };
      return paymentId;
    } catch (error) {
      span.recordException(toError(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Tells the caller which trace its request became. W3C Trace Context level 2, section 4. */
function traceresponse(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

serveHttp({ "POST /checkout": handleCheckout }, () => Promise.resolve());
