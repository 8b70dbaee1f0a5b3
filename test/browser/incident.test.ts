/*
 * The incident from the beginning to the end, with the real shop and its real database: it hangs,
 * it is seen, its trace says who holds it up, it fails, and the same page says what has been.
 */
import assert from "node:assert/strict";
import { availableParallelism, loadavg } from "node:os";
import { after, before, suite, test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import {
  type CheckoutAnswer,
  checkOut,
  openShop,
  type Shop,
  startReconcile,
} from "../../examples/checkout-504/stage/shop.ts";
import { otlpOf } from "../../examples/checkout-504/stage/spoor.ts";
import { Stage } from "../../examples/checkout-504/stage/stage.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";

/** Long enough to look at it on a machine that has much else to do. */
const CHECKOUT_TIMEOUT_MS = 25_000;
/** From the request to the row on the page, on a machine with nothing else to do. */
const SEEN_MS_MAX = 2_000;
const HOLDER = /held by `node \S*nightly-reconcile\.ts` \(pid \d+/;

/** What the page knows that the process that waited could not. */
const HOLDER_WITHOUT_SPANS =
  /held by `node \S*nightly-reconcile\.ts` \(pid \d+, not instrumented\)/;

/** Until a program has said a line that begins so. */
async function saysLine(lines: readonly string[], start: string): Promise<void> {
  const signal = AbortSignal.timeout(CHECKOUT_TIMEOUT_MS);
  while (!lines.some((line) => line.startsWith(start))) await delay(20, undefined, { signal });
}

/** How much longer everything takes for all that waits for a processor. */
function slowness(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

suite("the incident", { skip: chromiumMissing }, () => {
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("a hang is seen at once, one click from its trace, and told when it is over", async (t) => {
    await using stage = new Stage();
    const otlp = otlpOf({ ...spoor, isForeign: true });
    const shop = await openShop(stage, { otlp, checkoutTimeoutMs: CHECKOUT_TIMEOUT_MS });
    assert.equal((await checkOut(shop, "1000")).status, 200);
    const job = startReconcile(stage, shop);
    await saysLine(job.lines, "reconciling item_42");
    await withPage(browser, spoor.url, async (page) => {
      await isLive(page);
      const { answer } = await seesHang(t, page, shop);
      await page.getByRole("link", { name: "POST /checkout" }).first().click();
      await page.getByRole("treegrid").getByText(HOLDER).waitFor();
      const { pathname } = new URL(page.url());
      assert.match(
        await page.locator(".verdict").innerText(),
        /^Still running after [^:]+: inventory waits/,
      );
      await keepPicture(page, "incident-hanging");
      await assertAccessible(page);

      const { status, traceId } = await answer;
      assert.equal(status, 504);
      assert.equal(pathname, `/t/${traceId}`);
      await job.stop();
      await page.locator(".bar-open").first().waitFor({ state: "detached" });
      const verdict = page.locator(".verdict");
      await verdict.getByText(/^Failed in/).waitFor();
      // What the spans waited for is read behind the spans.
      await verdict.getByText(HOLDER).waitFor();
      await page.getByRole("treegrid").getByText(HOLDER_WITHOUT_SPANS).waitFor();
      assert.match(
        await verdict.innerText(),
        /waited [\d.]+s .*for the row lock on table inventory/,
      );
      assert.equal(new URL(page.url()).pathname, pathname);
      await keepPicture(page, "incident-over");
      await assertAccessible(page);
      await page.getByRole("link", { name: "Now" }).first().click();
      await page.getByText("Nothing is hanging.").waitFor();
    });
  });
});

/** Sends the checkout that hangs and sees it come in; what it was answered comes later. */
async function seesHang(
  t: TestContext,
  page: Page,
  shop: Shop,
): Promise<{ readonly answer: Promise<CheckoutAnswer> }> {
  const startMs = performance.now();
  const answer = checkOut(shop, "1001");
  const now = page.getByRole("region", { name: "Now" });
  await now.getByRole("link", { name: "POST /checkout" }).waitFor();
  const seenMs = performance.now() - startMs;
  t.diagnostic(`seen on Now ${Math.round(seenMs)} ms after the request, load ${loadavg()[0]}`);
  assert.ok(seenMs < SEEN_MS_MAX * slowness(), `seen after ${Math.round(seenMs)} ms`);
  await now.getByText(HOLDER).first().waitFor();
  return { answer };
}
