/* A good day: some checkouts, and the tree of one of them. */
import { type CheckoutAnswer, checkOut, type Shop } from "../stage/shop.ts";
import { showTrace, type Spoor } from "../stage/spoor.ts";
import { spansOf } from "../stage/spoor-api.ts";
import { expect } from "./expect.ts";

const CHECKOUT_COUNT = 5;

/** Tells the good day. @throws Error when something went another way than the story says. */
export async function tellHealthyCheckouts(shop: Shop, spoor: Spoor): Promise<void> {
  const answers: CheckoutAnswer[] = [];
  for (let index = 1; index <= CHECKOUT_COUNT; index += 1) {
    const answer = await checkOut(shop, String(1000 + index));
    expect(answer.status === 200, `a checkout was answered ${answer.status}: ${answer.body}`);
    answers.push(answer);
  }
  const times = answers.map(({ tookMs }) => tookMs.toFixed(0)).join(", ");
  console.log(`\n${CHECKOUT_COUNT} checkouts, all answered 200, after ${times} ms.`);

  // The first checkouts still open connections; the last one shows the usual shape.
  const shown = answers.findLast(({ isSampled }) => isSampled);
  expect(shown !== undefined, "no checkout was sampled (OTEL_TRACES_SAMPLER): nothing to show");
  // The span of a request ends last in its service: with these, all the others are there too.
  const requests = ["POST /checkout", "GET /inventory", "POST /payments"];
  const queries = ["pg.query:SELECT", "pg.query:INSERT", ...(shop.hasCache ? ["get"] : [])];
  const steps = ["handleCheckout", "checkInventory", "processPayment", "stripe.ChargeCreate"];
  const names = [...requests, ...steps, ...queries];
  const spans = await spansOf(spoor.url, { traceId: shown.traceId, names });
  expect(!spans.some(({ isError }) => isError), "a span has an error");
  console.log("The last one:\n");
  await showTrace(spoor, shown.traceId);
}
