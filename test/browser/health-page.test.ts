/* Health in a real browser: what is wrong with the tracing, and nothing when nothing is. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { shopRequests } from "./sent-shop.ts";
import { checkout, sendSpans, spansOf, storeSpans } from "./sent-traces.ts";

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
        /All 9 checks pass\. 2 services report; 0 orphans in \d+ spans\./,
      );
      await assertAccessible(page);
    });
  });

  test("each failing check has its count, who it is, a trace, and what to do", async () => {
    const sent = checkout();
    await sendSpans(spoor, spansOf(sent));
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
