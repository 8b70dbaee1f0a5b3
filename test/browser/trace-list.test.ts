/* The list of traces in a real browser. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import { checkout, sendSpans, spansOf, storeSpans } from "./sent-traces.ts";

function rowOf(page: Page, name: string) {
  return page.locator("a[data-trace-row]", { hasText: name });
}

suite("the list of traces", { skip: chromiumMissing }, () => {
  const sent = checkout();
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await storeSpans(spoor, spansOf(sent));
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("a new trace comes in by itself, above the older ones", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await rowOf(page, sent.root.name).waitFor();
      await isLive(page);
      await sendSpans(spoor, [exampleSpan({ name: "GET /newest" })]);
      await rowOf(page, "GET /newest").waitFor();
      assert.equal(await page.locator("a[data-trace-row]").first().innerText(), "GET /newest");
    });
  });

  test("while the pointer is on the list nothing moves, and what is newer is counted", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await rowOf(page, sent.root.name).hover();
      await page.getByText("paused").waitFor();
      const shown = await page.locator("a[data-trace-row]").allInnerTexts();
      await sendSpans(spoor, [exampleSpan({ name: "GET /held-back" })]);
      await page.getByRole("button", { name: "1 newer" }).waitFor();
      assert.deepEqual(await page.locator("a[data-trace-row]").allInnerTexts(), shown);
      // Not by the pointer: on its way there it leaves the list, which then goes on by itself.
      await page.getByRole("button", { name: "1 newer" }).dispatchEvent("click");
      await rowOf(page, "GET /held-back").waitFor();
    });
  });

  test("a row says the service, the number of spans and of errors", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const row = page.locator("tr", { has: rowOf(page, sent.root.name) });
      const text = (await row.innerText()).replaceAll(/\s+/g, " ");
      assert.match(text, /api-gateway ?\+2 POST \/checkout 1s 4 ✕ 1/);
    });
  });

  test("only errors, and the way back", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await rowOf(page, "nightly-reconcile").waitFor();
      await page.getByRole("button", { name: "Only errors" }).click();
      await rowOf(page, "nightly-reconcile").waitFor({ state: "detached" });
      await rowOf(page, sent.root.name).waitFor();
      assert.match(page.url(), /errors=true/);
    });
  });

  test("a trace opens by a click, and Back leads to the list again", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await rowOf(page, sent.root.name).click();
      await page.waitForURL(`**/t/${sent.root.traceId}`);
      await page.getByRole("treegrid").waitFor();
      await page.goBack();
      await rowOf(page, sent.root.name).waitFor();
    });
  });

  test("a trace opens by the keys: down, enter", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const first = page.locator("a[data-trace-row]").first();
      await first.waitFor();
      const name = await first.innerText();
      await page.keyboard.press("ArrowDown");
      assert.equal(await page.locator(":focus").innerText(), name);
      await page.keyboard.press("Enter");
      await page.waitForURL("**/t/*");
      await page.getByRole("treegrid").locator("[data-key]").first().waitFor();
    });
  });

  test("a trace is found by the first digits of its id", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await rowOf(page, sent.root.name).waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type(sent.root.traceId.slice(0, 12));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: sent.root.name }).waitFor();
    });
  });

  test("the list is accessible in both schemes, which look different", async () => {
    const pictures: Buffer[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        await rowOf(page, sent.root.name).waitFor();
        await assertAccessible(page);
        pictures.push(await page.screenshot());
      };
      await withPage(browser, spoor.url, visit, { colorScheme });
    }
    const [light, dark] = pictures;
    assert.ok(light !== undefined && dark !== undefined && !light.equals(dark));
  });

  test("the switch turns the page dark, and a reload keeps it so", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await background();
      await page.getByRole("button", { name: "Theme" }).click();
      await page.getByRole("button", { name: "Theme" }).click();
      const dark = await background();
      assert.notEqual(dark, light);
      await page.reload();
      await rowOf(page, sent.root.name).waitFor();
      assert.equal(await background(), dark);
    });
  });
});
