/* What has not ended, on Explore and in the detail of a span; and Explore with little room. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { lockHang, sendLogs } from "../live/lock-hang.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { checkout, spansOf, storeSpans } from "./sent-traces.ts";

async function seesNothing(page: Page): Promise<void> {
  await page.getByText("Nothing that has not ended matches in this time.").waitFor();
  await page.getByText("Nothing is open.").waitFor();
  await keepPicture(page, "explore-open-dark");
  await assertAccessible(page);
}

suite("what has not ended", { skip: chromiumMissing }, () => {
  const hang = lockHang();
  const ended = checkout();
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await sendLogs(spoor, hang.records);
    await storeSpans(spoor, spansOf(ended));
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("states are among the facets, and one click finds the spans that are open", async () => {
    await withPage(browser, `${spoor.url}/explore`, async (page) => {
      const facets = page.getByRole("complementary", { name: "Filter by value" });
      await facets.getByRole("button", { name: /^open\s*4$/ }).click();
      await page.waitForFunction(() => location.search.includes("span%3Astate"));
      await page.getByText("What has not ended is of this moment").waitFor();
      await page.getByRole("link", { name: "POST /checkout" }).first().waitFor();
      assert.equal(await page.getByRole("tab").count(), 2);
      await page.getByRole("tab", { name: "Spans" }).click();
      await page.getByText("span:state = open").first().waitFor();
      assert.equal(await page.getByText("span:state = open", { exact: true }).count(), 4);
      await keepPicture(page, "explore-open-light");
      await assertAccessible(page);
    });
  });

  test("a query about it that finds nothing says so, in words of its own", async () => {
    const url = `${spoor.url}/explore?${new URLSearchParams({ q: "state:gone" })}`;
    await withPage(browser, url, seesNothing, { colorScheme: "dark" });
  });

  test("the detail of a span says whether it has ended, and how that is known", async () => {
    const running = `${spoor.url}/t/${hang.traceId}?s=${hang.statementSpanId}&d=1`;
    await withPage(browser, running, async (page) => {
      const detail = page.getByRole("complementary", { name: "Span detail" });
      await detail.getByText(/State open: inventory waits/).waitFor();
      await detail.getByText(/spoor\.span\.open, heard/).waitFor();
      await keepPicture(page, "detail-open");
      await assertAccessible(page);
    });
    const over = `${spoor.url}/t/${ended.root.traceId}?s=${ended.root.spanId}&d=1`;
    await withPage(browser, over, async (page) => {
      await page.getByText("State ended", { exact: true }).waitFor();
    });
  });

  test("where there is no room the facets wait behind a button, within reach of keys", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        await page.setViewportSize({ width: 800, height: 900 });
        const facets = page.getByRole("complementary", { name: "Filter by value" });
        const toggle = facets.getByRole("button", { name: "Filter by value" });
        await toggle.waitFor();
        assert.equal(await facets.getByRole("button", { name: /^POST/ }).count(), 0);
        await toggle.focus();
        await page.keyboard.press("Enter");
        assert.equal(await toggle.getAttribute("aria-expanded"), "true");
        await facets.getByRole("button", { name: /^POST \/checkout/ }).waitFor();
        await page.keyboard.press("Tab");
        const focused = page.locator(".facet-list :focus");
        assert.equal(await focused.getAttribute("aria-expanded"), "true", "the first field");
        await keepPicture(page, `explore-narrow-${colorScheme}`);
        await assertAccessible(page);
        await facets.getByRole("button", { name: /^POST \/checkout/ }).press("Enter");
        await page.waitForFunction(() => location.search.includes("name"));
      };
      await withPage(browser, `${spoor.url}/explore`, visit, { colorScheme });
    }
  });
});
