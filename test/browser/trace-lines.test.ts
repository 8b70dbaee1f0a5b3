/* What a reader takes out of sight, looks for and folds, in a real browser. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { sendGeneratedTrace } from "./generated-trace.ts";
import { repeatingTrace, storeSpans } from "./sent-traces.ts";

/** The names and keys of all lines that exist, top to bottom. */
async function lines(page: Page): Promise<string[]> {
  return await page
    .locator("[role=treegrid] [data-index]")
    .evaluateAll((rows) =>
      rows
        .toSorted(
          (a, b) => Number(a.getAttribute("data-index")) - Number(b.getAttribute("data-index")),
        )
        .map((row) => row.querySelector("[role=gridcell]")?.textContent ?? ""),
    );
}

/** Waits until there are `count` lines. */
async function lineCount(page: Page, count: number): Promise<void> {
  await page.locator(`[role=treegrid][aria-rowcount="${count + 1}"]`).waitFor();
}

suite("the lines of a trace", { skip: chromiumMissing }, () => {
  const spans = repeatingTrace();
  const [root] = spans;
  const failed = spans.find(({ status }) => status.code === 2);
  let browser: Browser;
  let spoor: SpoorProcess;
  let url = "";
  before(async () => {
    assert.ok(root !== undefined && failed !== undefined);
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
    await storeSpans(spoor, spans);
    url = `${spoor.url}/t/${root.traceId}`;
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("calls that are alike are one line with their sums; the one that failed is not", async () => {
    await withPage(browser, url, async (page) => {
      await lineCount(page, 4);
      const [, , folded = "", failure = ""] = await lines(page);
      assert.match(folded, /GET item×36, total 11ms, max 300µs/);
      assert.match(failure, /GET item.*✕gone away/);
      await assertAccessible(page);
      await page.keyboard.press("r");
      await lineCount(page, 39);
      await page.waitForURL("**?r=0");
      await page.keyboard.press("r");
      await lineCount(page, 4);
      await page.locator("[data-key^=repeat-] [data-twisty]").click();
      await lineCount(page, 39);
    });
  });

  test("find marks what fits, walks it, and hides the rest on demand with its number", async () => {
    await withPage(browser, url, async (page) => {
      await lineCount(page, 4);
      await page.keyboard.press("Control+f");
      await page.keyboard.type("item=item-7");
      await page.getByText("1 span", { exact: true }).waitFor();
      await page.keyboard.press("Enter");
      const found = spans.find(({ attributes }) => attributes.get("item") === "item-7");
      await page.locator(`[data-key="${found?.spanId ?? ""}"].is-selected`).waitFor();
      await page.keyboard.press("Shift+Enter");
      await page.locator("[data-key^=hidden-]").first().waitFor();
      const words = (await lines(page)).join("\n");
      assert.match(words, /GET \/cart/);
      assert.match(words, /item-7|GET item/);
      assert.match(words, /8 spans hidden/);
      assert.match(words, /29 spans hidden/);
      await assertAccessible(page);
      await page.waitForURL(/f=item%3Ditem-7&m=1/);
    });
  });

  test("a service is hidden by a key and comes back by its chip", async () => {
    await withPage(browser, `${url}?s=${failed?.spanId ?? ""}`, async (page) => {
      await page.locator(".is-selected").waitFor();
      await page.keyboard.press("x");
      await page.getByText("37 spans hidden").waitFor();
      await page.getByRole("button", { name: "without GET item" }).click();
      await page.getByText("37 spans hidden").waitFor({ state: "detached" });
    });
  });

  test("e goes to the next error, c along the critical path, and levels fold one by one", async () => {
    await withPage(browser, url, async (page) => {
      await lineCount(page, 4);
      await page.keyboard.press("e");
      await page.locator(`[data-key="${failed?.spanId ?? ""}"].is-selected`).waitFor();
      await page.keyboard.press("c");
      await page.locator(`[data-key="${root?.spanId ?? ""}"].is-selected`).waitFor();
      await page.keyboard.press("[");
      await lineCount(page, 1);
      await page.keyboard.press("]");
      await lineCount(page, 4);
    });
  });

  test("the window of time is in the address, and zooming changes it", async () => {
    await withPage(browser, `${url}?s=${failed?.spanId ?? ""}`, async (page) => {
      await page.locator(".is-selected").waitFor();
      await page.keyboard.press("f");
      await page.waitForURL(/z=\d+-\d+/);
      const zoomed = new URL(page.url()).searchParams.get("z");
      await page.keyboard.press("s");
      await page.waitForURL((address) => address.searchParams.get("z") !== zoomed);
      await page.reload();
      await page.getByRole("button", { name: "zoomed" }).click();
      await page.waitForURL((address) => !address.searchParams.has("z"));
    });
  });

  test("? shows the keys, which can be turned off", async () => {
    await withPage(browser, url, async (page) => {
      await lineCount(page, 4);
      await page.keyboard.press("?");
      const dialog = page.getByRole("dialog", { name: "Keys" });
      await dialog.waitFor();
      await assertAccessible(page);
      await dialog.getByRole("checkbox").uncheck();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      await page.keyboard.press("r");
      await page.keyboard.press("ArrowDown");
      await page.locator(`[data-key="${root?.spanId ?? ""}"].is-selected`).waitFor();
      await lineCount(page, 4);
    });
  });

  test("a large trace says what its spans say once they are in sight", async () => {
    const trace = await sendGeneratedTrace(spoor, 5_000);
    await withPage(browser, `${spoor.url}/t/${trace.traceId}`, async (page) => {
      await page.locator(`[data-key="${trace.rootId}"]`).waitFor();
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      await page.locator("aside.detail").getByText("4999", { exact: true }).waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type("operation 7");
      await page.getByText(/spans; names of all, attributes of \d+ of 5,000/).waitFor();
      await assertAccessible(page);
    });
  });
});
