/* Compare in a real browser: traces, the usual, and sets. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { shopRequests } from "./sent-shop.ts";
import { sendSpans } from "./sent-traces.ts";

async function seesNotFound(page: Page): Promise<void> {
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /SPOOR_API_TRACE_NOT_FOUND/);
}

suite("compare", { skip: chromiumMissing }, () => {
  const requests = shopRequests({ requestCount: 60, agoSeconds: 1500, slowEvery: 10 });
  const slow = requests.findLast(({ isSlow }) => isSlow)?.traceId ?? "";
  const usual = requests.find(({ isSlow, spans }) => !isSlow && spans.length === 5)?.traceId ?? "";
  const cart = requests.find(({ spans }) => spans.length === 4)?.traceId ?? "";
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await sendSpans(
      spoor,
      requests.flatMap(({ spans }) => spans),
    );
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  function compare(a: string, b: string): string {
    return `${spoor.url}/compare?${new URLSearchParams({ a, b })}`;
  }

  test("a slow trace beside the usual: the sentence first, then what changed most", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        await page
          .getByRole("heading", { name: /^B spends .* more in UPDATE inventory/ })
          .waitFor();
        const [first = ""] = await page.locator(".comparison-changes li").allInnerTexts();
        assert.match(first, /^\+[\d.]+s\s+\S*\s*inventory UPDATE inventory/);
        await page.getByRole("row", { name: /UPDATE inventory slower ×\d+/ }).waitFor();
        await page.getByText(/typical: the middle one of \d+/).waitFor();
        await page.getByText("Attributes that differ").waitFor();
        await keepPicture(page, `compare-${colorScheme}`);
        await assertAccessible(page);
      };
      await withPage(browser, compare("typical", slow), visit, { colorScheme });
    }
  });

  test("what only one trace has is named, and a row leads to the span", async () => {
    await withPage(browser, compare(usual, cart), async (page) => {
      const table = page.getByRole("treegrid", { name: /^The tree of both/ });
      await table.getByText("missing").first().waitFor();
      await table.getByText("added").first().waitFor();
      await assertAccessible(page);
      await table.getByRole("link").first().click();
      await page.waitForURL(/\/t\/[0-9a-f]{32}\?s=[0-9a-f]{16}/);
    });
  });

  test("the tree of both folds and is walked by the keys of the tree of a trace", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const tree = page.getByRole("treegrid", { name: /^The tree of both/ });
        const rows = tree.locator("tbody tr");
        await rows.first().waitFor();
        const all = await rows.count();
        assert.equal(await rows.first().getAttribute("aria-expanded"), "true");
        await page.keyboard.press("j");
        assert.equal(await rows.first().getAttribute("aria-selected"), "true");
        const focused = await page.evaluate(() => document.activeElement?.getAttribute("role"));
        assert.equal(focused, "treegrid");
        await page.keyboard.press("h");
        assert.equal(await rows.first().getAttribute("aria-expanded"), "false");
        assert.ok((await rows.count()) < all);
        await assertAccessible(page);
        await page.keyboard.press("}");
        assert.equal(await rows.count(), all);
        await page.keyboard.press("l");
        assert.equal(await rows.nth(1).getAttribute("aria-selected"), "true");
        assert.equal(await rows.nth(1).getAttribute("aria-level"), "2");
        await keepPicture(page, `compare-tree-${colorScheme}`);
        await assertAccessible(page);
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/t\/[0-9a-f]{32}\?s=[0-9a-f]{16}/);
      };
      await withPage(browser, compare(usual, cart), visit, { colorScheme });
    }
  });

  test("two sets: what takes longer, and which values are shared out differently", async () => {
    const [a, b] = ["q:{ duration < 1s }", "q:{ duration > 1s }"] as const;
    await withPage(browser, compare(a, b), async (page) => {
      await page.getByRole("heading", { name: /^In B, .* longer \(p95/ }).waitFor();
      await page.getByText("resource.service.version").waitFor();
      await page.getByRole("row", { name: /UPDATE inventory/ }).waitFor();
      await keepPicture(page, "compare-sets");
      await assertAccessible(page);
    });
  });

  test("a trace beside a set is compared with the middle one of the set", async () => {
    await withPage(
      browser,
      compare('q:{ rootName = "POST /checkout" && duration < 1s }', slow),
      async (page) => {
        await page.getByRole("heading", { name: /^B spends/ }).waitFor();
        await page.getByText(/stands here as the middle one, by duration, of \d+ traces/).waitFor();
      },
    );
  });

  test("an empty page says what can be compared, and a form leads there", async () => {
    await withPage(browser, `${spoor.url}/compare`, async (page) => {
      await page.getByRole("heading", { name: "What changed?" }).waitFor();
      await assertAccessible(page);
      await page.getByLabel("A", { exact: true }).fill("typical");
      await page.getByLabel("B", { exact: true }).fill(slow.slice(0, 12));
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByRole("heading", { name: /^B spends/ }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("a"), "typical");
    });
  });

  test("a trace that is not there is said in the server's words", async () => {
    await withPage(browser, compare("typical", `${"f".repeat(31)}1`), seesNotFound, {
      expectedComplaint: /404 \(Not Found\)/,
    });
  });
});
