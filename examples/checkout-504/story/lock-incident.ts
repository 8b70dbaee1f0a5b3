/* The incident: a background job holds a row lock, and a checkout waits for it until it fails. */
import { setTimeout as delay } from "node:timers/promises";
import type { RunningProgram } from "../stage/child-process.ts";
import { type CheckoutAnswer, checkOut, type Shop, startReconcile } from "../stage/shop.ts";
import { showTrace, type Spoor } from "../stage/spoor.ts";
import { spansOf } from "../stage/spoor-api.ts";
import type { Stage } from "../stage/stage.ts";
import { expect } from "./expect.ts";

/** Much more than the gateway needs between its timeout and its answer. */
const ANSWER_MS_MAX = 3000;

/** How long the work goes on that nobody waits for any more: long enough to look at it. */
const AFTERMATH_MS = 3000;

/** Tells the incident. @throws Error when something went another way than the story says. */
export async function tellLockIncident(
  stage: Stage,
  { shop, spoor, timeoutMs }: { shop: Shop; spoor: Spoor; timeoutMs: number },
): Promise<void> {
  const job = startReconcile(stage, shop);
  await saysLine(job, "reconciling item_42");
  console.log("\nnightly-reconcile has updated item_42 and does not commit yet.");
  console.log(`One customer checks out; the gateway waits ${timeoutMs / 1000} s at most ...`);

  const answer = await checkOut(shop, "1001");
  console.log(`HTTP ${answer.status} after ${(answer.tookMs / 1000).toFixed(2)} s: ${answer.body}`);
  printLogs(shop);
  checkAnswer(shop, { answer, timeoutMs });

  console.log("\nThe customer has gone, and the inventory still waits: spoor now tells for whom.");
  await delay(AFTERMATH_MS);
  await job.stop();
  await saysLine(shop.inventory.program, "checked item_42");
  console.log("\nnightly-reconcile is stopped and the lock released. The logs did not say what");
  console.log("the checkout was waiting for. Its trace does:\n");
  expect(answer.isSampled, "the checkout was not sampled (OTEL_TRACES_SAMPLER): nothing to show");
  await checkTrace(spoor, { answer, timeoutMs, hasCache: shop.hasCache });
  await showTrace(spoor, answer.traceId);
}

function printLogs({ gateway, payment, inventory }: Shop): void {
  for (const { program } of [gateway, payment, inventory]) {
    console.log(`\nThe log of ${program.name}:`);
    for (const line of program.lines) console.log(`  ${line}`);
    if (program.lines.length === 0) console.log("  (nothing)");
  }
}

interface Outcome {
  readonly answer: CheckoutAnswer;
  readonly timeoutMs: number;
}

function checkAnswer(shop: Shop, { answer, timeoutMs }: Outcome): void {
  expect(answer.status === 504, `the gateway answered ${answer.status} and not 504`);
  // The gateway's timer starts a little after ours and counts whole milliseconds.
  const isOnTime = answer.tookMs > timeoutMs - 10 && answer.tookMs < timeoutMs + ANSWER_MS_MAX;
  expect(isOnTime, `the 504 came after ${answer.tookMs} ms`);
  const gatewayLines = shop.gateway.program.lines.filter((line) => line.startsWith("504 "));
  expect(gatewayLines.length === 1, "the gateway did not log exactly one 504");
  for (const { program } of [shop.payment, shop.inventory]) {
    expect(program.lines.length === 0, `${program.name} was not silent`);
  }
}

async function checkTrace(
  spoor: Spoor,
  { answer, timeoutMs, hasCache }: Outcome & { readonly hasCache: boolean },
): Promise<void> {
  // The inventory works on after its caller gave up: its last span ends after the request's.
  const last = ["GET /inventory", "pg.query:SELECT", ...(hasCache ? ["set"] : [])];
  const names = ["POST /checkout", "handleCheckout", "checkInventory", ...last];
  const spans = await spansOf(spoor.url, { traceId: answer.traceId, names });
  const checkout = spans.find(({ name }) => name === "handleCheckout");
  expect(checkout?.isError === true, "the span handleCheckout has no error");
  const query = spans.find(({ name }) => name.startsWith("pg.query:SELECT"));
  expect(query?.service === "inventory", "the slow query is not the inventory's");
  const waitedMs = query?.durationMs ?? 0;
  expect(waitedMs > timeoutMs * 0.75, `the query took only ${waitedMs} ms`);
  expect(!spans.some(({ service }) => service === "payment"), "payment was called");
}

async function saysLine(program: RunningProgram, start: string): Promise<void> {
  await program.waitUntil(async (signal) => {
    while (!program.lines.some((line) => line.startsWith(start))) {
      await delay(20, undefined, { signal });
    }
  });
}
