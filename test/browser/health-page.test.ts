/* Health in a real browser: what is wrong with the tracing, and nothing when nothing is. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Span, SpanKind, systemClock } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { shopRequests } from "./sent-shop.ts";
import { checkout, sendSpans, serviceResource, spansOf, storeSpans } from "./sent-traces.ts";

const MS = 1_000_000n;

/** Calls to a service whose clock is ahead, and which is missing below each second of them. */
function crookedCalls(): Span[] {
  const now = systemClock.nowUnixNano();
  return Array.from({ length: 8 }, (_, index) => {
    const startTimeUnixNano = now - BigInt(60 + index) * 1000n * MS;
    const call = exampleSpan({
      name: "GET /stock",
      kind: SpanKind.client,
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + 100n * MS,
      attributes: new Map([["server.address", "warehouse.internal"]]),
    });
    const served = exampleSpan({
      traceId: call.traceId,
      parentSpanId: call.spanId,
      name: "GET /stock",
      kind: SpanKind.server,
      startTimeUnixNano: startTimeUnixNano + 705n * MS,
      endTimeUnixNano: startTimeUnixNano + 795n * MS,
      resource: serviceResource("warehouse"),
    });
    return index % 2 === 0 ? [call, served] : [call];
  }).flat();
}

// One after the other: the second test sends what the first must not see.
suite("health", { skip: chromiumMissing }, () => {
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    const requests = shopRequests({ requestCount: 10, agoSeconds: 600 });
    await storeSpans(
      spoor,
      requests.flatMap(({ spans }) => spans),
    );
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("when all is well it says so, with how many were looked at", async () => {
    await withPage(browser, `${spoor.url}/health`, async (page) => {
      const sentence = page.getByRole("heading", { level: 1 });
      await sentence.waitFor();
      assert.match(
        await sentence.innerText(),
        /All 12 checks pass\. 2 services report; 0 orphans in \d+ spans\./,
      );
      await assertAccessible(page);
    });
  });

  test("each failing check has its count, who it is, a trace, and what to do", async () => {
    const sent = checkout();
    await sendSpans(spoor, [...spansOf(sent), ...crookedCalls()]);
    await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{ this is no JSON",
    });
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const orphans = page.getByRole("region", { name: /^Orphaned spans ?: fails/ });
        await orphans.getByText("mailer").waitFor();
        assert.match(await orphans.innerText(), /1 span/);
        assert.match(await orphans.innerText(), /traceparent/);
        const clocks = page.getByRole("region", { name: /^Clocks that disagree ?: fails/ });
        assert.match(await clocks.innerText(), /warehouse runs 700ms ahead of checkout \(± 5ms\)/);
        assert.match(await clocks.innerText(), /time server/);
        const sampling = page.getByRole("region", { name: /^Sampling that differs.*: fails/ });
        const missing = /warehouse is missing below 4 of 8 calls by checkout/;
        assert.match(await sampling.innerText(), missing);
        assert.match(await sampling.innerText(), /OTEL_TRACES_SAMPLER/);
        await page.getByRole("region", { name: /^Requests that were refused ?: fails/ }).waitFor();
        await keepPicture(page, `health-${colorScheme}`);
        await assertAccessible(page);
        await orphans.getByRole("link", { name: "a trace with it" }).click();
        await page.waitForURL(`**/t/${sent.root.traceId}?s=${sent.orphan.spanId}`);
      };
      await withPage(browser, `${spoor.url}/health`, visit, { colorScheme });
    }
  });
});
