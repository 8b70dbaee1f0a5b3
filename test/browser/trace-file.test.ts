/* A trace that leaves the page as text, and one that comes to it as a file. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { encodeTracesJson } from "@spoor/otlp";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { checkout, repeatingTrace, spansOf, storeSpans } from "./sent-traces.ts";

/** Drops a file on the page as a person does from a folder. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([fileName = "", content = ""]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      return data;
    },
    [name, text],
  );
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.locator("html.is-dropping").waitFor();
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

/** What the tree says, but for what only the server can know. */
async function treeText(page: Page): Promise<string> {
  const lines = (await page.getByRole("treegrid").innerText()).split("\n");
  const reasons = new Set(await page.locator(".lost-reason").allInnerTexts());
  return lines.filter((line) => !reasons.has(line)).join("\n");
}

async function copied(page: Page, what: string): Promise<string> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByText("Copy as", { exact: true }).click();
  await page.getByRole("button", { name: what }).click();
  await page.locator(".copied", { hasText: "copied" }).waitFor();
  return await page.evaluate(() => navigator.clipboard.readText());
}

suite("a trace as text", { skip: chromiumMissing }, () => {
  const sent = checkout();
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await storeSpans(spoor, spansOf(sent));
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("copied as OTLP JSON and dropped again, it is the same trace, without the server", async () => {
    const url = `${spoor.url}/t/${sent.root.traceId}`;
    const visit = async (page: Page): Promise<void> => {
      await page.locator(`[data-key="${sent.query.spanId}"]`).waitFor();
      await page.locator(".lost-reason").waitFor();
      const stored = await treeText(page);
      const text = await copied(page, "OTLP JSON");
      // From here on nobody answers but the files of the page.
      await page.route("**/api/**", (route) => route.abort());
      await drop(page, "checkout.json", text);
      await page.waitForURL("**/file");
      await page.getByText("From checkout.json; not stored.").waitFor();
      await page.locator(`[data-key="${sent.query.spanId}"]`).waitFor();
      assert.equal(await treeText(page), stored);
      await page.locator(`[data-key="${sent.query.spanId}"]`).click();
      await page.locator("aside.detail", { hasText: "an.int" }).waitFor();
      await page.waitForURL(/\/file\?s=/);
      await assertAccessible(page);
      await page.keyboard.press("5");
      await page.locator(".map-node").first().waitFor();
    };
    await withPage(browser, url, visit, { expectedComplaint: /Failed to load|ERR_FAILED/ });
  });

  test("copied as a picture it is an SVG of the lines in sight", async () => {
    const url = `${spoor.url}/t/${sent.root.traceId}`;
    await withPage(browser, url, async (page) => {
      await page.locator(`[data-key="${sent.query.spanId}"]`).waitFor();
      const text = await copied(page, "Picture");
      const drawn = await page.evaluate((svg) => {
        const { documentElement: root } = new DOMParser().parseFromString(svg, "image/svg+xml");
        return {
          name: root.nodeName,
          bars: root.querySelectorAll("rect[rx]").length,
          words: root.textContent,
        };
      }, text);
      assert.equal(drawn.name, "svg");
      assert.equal(drawn.bars, 4);
      assert.match(drawn.words, /SELECT inventory.*parent abcd… never arrived.*sendReceipt/s);
      assert.match(drawn.words, new RegExp(sent.root.traceId));
    });
  });

  test("a file of several traces lists them; one that holds none says what is wrong with it", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const rail = page.getByRole("navigation", { name: "Screens" });
      await rail.getByRole("link", { name: "File" }).click();
      await page.getByRole("heading", { name: "Open a trace file" }).waitFor();
      await page.getByLabel("Choose a file").waitFor({ state: "attached" });
      await keepPicture(page, "file");
      await assertAccessible(page);
      await drop(page, "notes.txt", '{"resourceSpans": [{"scopeSpans": 7}]}');
      const alert = page.getByRole("alert");
      await alert.getByRole("heading", { name: "Cannot read notes.txt" }).waitFor();
      assert.match(await alert.innerText(), /The document: .*scopeSpans/);
      await assertAccessible(page);
      const both = [...spansOf(checkout()), ...repeatingTrace()];
      await drop(page, "both.json", JSON.stringify(encodeTracesJson(both)));
      await page.getByRole("heading", { name: "3 traces in both.json" }).waitFor();
      await assertAccessible(page);
      await page.getByRole("link", { name: "GET /cart" }).click();
      await page.locator("[data-key^=repeat-]").waitFor();
      await page.waitForURL(/\/file\?t=/);
      await page.getByRole("link", { name: "All 3 traces of it" }).click();
      await page.getByRole("link", { name: "POST /checkout" }).waitFor();
    });
  });
});
