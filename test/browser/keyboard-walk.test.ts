/* The incident from the first look to the last, without a pointer. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { lockHang, sendLogs } from "../live/lock-hang.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import { checkout, sendSpans, spansOf, storeSpans } from "./sent-traces.ts";

/** More presses than any page has things to press. */
const TABS_MAX = 80;

/** Presses Tab until the focus is on a link or button with these words. */
async function tabTo(page: Page, words: RegExp): Promise<void> {
  for (let press = 0; press < TABS_MAX; press += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null) return { text: "", isSeen: false };
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      const isSeen = outlineStyle !== "none" || boxShadow !== "none";
      return { text: `${element.ariaLabel ?? ""} ${element.textContent}`, isSeen };
    });
    if (!words.test(focused.text)) continue;
    assert.ok(focused.isSeen, `the focus on ${focused.text} can be seen`);
    return;
  }
  assert.fail(`nothing with ${words} gets the focus`);
}

async function selectedText(page: Page): Promise<string> {
  return (await page.locator("[role=treegrid] .is-selected").innerText()).replaceAll(/\s+/g, " ");
}

suite("a walk through the incident by keyboard alone", { skip: chromiumMissing }, () => {
  const hang = lockHang({ olderSeconds: 30 });
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await storeSpans(spoor, spansOf(checkout()));
    await sendLogs(spoor, hang.records);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("from what hangs to who holds it, to the past tense, and back", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.getByRole("region", { name: "Now" }).getByText("1 request is hanging").waitFor();
      await tabTo(page, /POST \/checkout/);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/t/${hang.traceId}*`);
      await page.locator(".bar-open").first().waitFor();
      await isLive(page);

      // What blocks it, and below that who does.
      await page.keyboard.press("Home");
      await page.keyboard.press("b");
      await page.locator(`[data-key="${hang.statementSpanId}"].is-selected`).waitFor();
      await page.keyboard.press("j");
      await page.locator("[data-key^=holder-].is-selected").waitFor();
      assert.match(await selectedText(page), /held by .*nightly-reconcile/);
      await page.keyboard.press("h");
      await page.locator(`[data-key="${hang.statementSpanId}"].is-selected`).waitFor();
      await page.keyboard.press("Enter");
      await page.locator(".detail-body").waitFor();
      await assertAccessible(page);
      await page.keyboard.press("Escape");
      await page.locator("aside.detail").waitFor({ state: "detached" });

      await sendSpans(spoor, [...hang.endOfCaller(), ...hang.endOfCallee()]);
      await page.locator(".bar-open").first().waitFor({ state: "detached" });
      assert.match(await page.locator(".verdict").innerText(), /^Failed in/);
      await page.keyboard.press("Home");
      await page.keyboard.press("e");
      assert.match(await selectedText(page), /✕/);

      for (const key of ["2", "3", "4", "5", "6", "1"]) {
        await page.keyboard.press(key);
        await page.locator("#trace-view > *").first().waitFor();
      }
      await page.keyboard.press("/");
      await page.keyboard.type("reserve");
      await page.keyboard.press("Enter");
      await page.locator(".is-selected.is-match").waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.waitForURL((address) => !address.searchParams.has("f"));

      await page.keyboard.press("g");
      await page.keyboard.press("n");
      await page.waitForURL(`${spoor.url}/`);
      await page.getByText("Nothing is hanging").waitFor();
    });
  });
});
