/* Charges the customer at the payment provider and books the payment. */
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { Pool } from "pg";
import { type HttpAnswer, type HttpRequest, requiredUrl, serveHttp } from "./http-service.ts";

const AMOUNT_CENTS = 4200;

const providerUrl = requiredUrl("PAYMENT_PROVIDER_URL");
const pool = new Pool({ connectionString: requiredUrl("DATABASE_URL") });
// A connection that the server cut while nobody used it; the pool opens another one.
pool.on("error", () => {});

const tracer = trace.getTracer("payment");

async function handlePayment(request: HttpRequest): Promise<HttpAnswer> {
  const orderId = request.query.get("order_id") ?? "";
  const userId = request.query.get("user_id") ?? "";
  const chargeId = await createCharge(orderId);
  const { rows } = await pool.query<{ payment_id: string }>(
    `INSERT INTO payments (order_id, user_id, amount_cents, charge_id)
     VALUES ($1, $2, $3, $4) RETURNING payment_id`,
    [orderId, userId, AMOUNT_CENTS, chargeId],
  );
  console.log(`charged order ${orderId}: ${chargeId}`);
  return { status: 200, body: { paymentId: String(rows[0]?.payment_id), chargeId } };
}

function createCharge(orderId: string): Promise<string> {
  const options = { kind: SpanKind.CLIENT, attributes: { "order.id": orderId } };
  return tracer.startActiveSpan("stripe.ChargeCreate", options, async (span) => {
    try {
      const body = new URLSearchParams({ amount: String(AMOUNT_CENTS), currency: "eur" });
      const response = await fetch(`${providerUrl}/v1/charges`, { method: "POST", body });
      if (!response.ok) throw new Error(`the provider answered ${response.status}`);
      // What the provider answers; see payment-provider.ts.
      const charge = (await response.json()) as { id: string };
      span.setAttribute("payment.charge_id", charge.id);
      return charge.id;
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      span.recordException(failure);
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
      throw error;
    } finally {
      span.end();
    }
  });
}

serveHttp({ "POST /payments": handlePayment }, () => pool.end());
