/* What a new user sees: the page before the first span, and how it changes by itself. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { checkout, sendSpans, spansOf } from "./sent-traces.ts";

// One after the other: the last of them ends the state that the others are about.
suite("before the first span", { skip: chromiumMissing }, () => {
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("the page says where spans are taken, and is accessible in both schemes", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const text = await page.locator(".first-run").innerText();
        assert.match(text, /Nothing has arrived yet\./);
        assert.ok(text.includes(`localhost:${spoor.grpcPort} (gRPC)`), text);
        assert.ok(text.includes(`localhost:${spoor.httpPort} (HTTP)`), text);
        assert.ok(text.includes("npm run demo"), text);
        await assertAccessible(page);
      };
      await withPage(browser, spoor.url, visit, { colorScheme });
    }
  });

  test("HTTP/1.1 on the port of gRPC is named as the mistake that it is", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.locator(".first-run").waitFor();
      const url = `http://127.0.0.1:${spoor.grpcPort}/v1/traces`;
      await fetch(url, { method: "POST", body: "{}" }).catch(() => "refused, as it should be");
      const notice = page.locator(".first-run-notice", { hasText: "refused" });
      await notice.waitFor();
      assert.match(await notice.innerText(), new RegExp(String(spoor.httpPort)));
      await assertAccessible(page);
    });
  });

  test("the first span turns the page into the list, without a reload", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.locator(".first-run").waitFor();
      const sent = checkout();
      await sendSpans(spoor, spansOf(sent));
      await page.getByRole("link", { name: sent.root.name }).waitFor();
      assert.equal(await page.locator(".first-run").count(), 0);
    });
  });
});
