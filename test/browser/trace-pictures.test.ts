/* The other pictures of a trace, and what can be copied of it, in a real browser. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { encodeLogsProtobuf } from "@spoor/otlp";
import { exampleSpan } from "../example-span.ts";
import { exampleLogRecord } from "../log-records.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { repeatingTrace, storeSpans } from "./sent-traces.ts";

suite("the pictures of a trace", { skip: chromiumMissing }, () => {
  const spans = repeatingTrace();
  const [root] = spans;
  const last = spans.at(-1);
  let browser: Browser;
  let spoor: SpoorProcess;
  let url = "";
  before(async () => {
    assert.ok(root !== undefined);
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
    await storeSpans(spoor, spans);
    url = `${spoor.url}/t/${root.traceId}`;
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  async function isShown(page: Page): Promise<void> {
    await page.locator(`[data-key="${root?.spanId ?? ""}"]`).waitFor();
  }

  test("the tree is the waterfall without its bars, and the key is in the address", async () => {
    await withPage(browser, url, async (page) => {
      await isShown(page);
      await page.keyboard.press("2");
      await page.waitForURL("**?v=tree");
      await isShown(page);
      assert.equal(await page.locator(".span-time").count(), 0);
      await assertAccessible(page);
    });
  });

  test("the flame graph is drawn, and a click opens the span that is there", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const canvas = page.locator(".flame canvas");
        await canvas.waitFor();
        const colours = await canvas.evaluate((element) => {
          if (!(element instanceof HTMLCanvasElement)) return 0;
          const { width, height } = element;
          const pixels = element.getContext("2d")?.getImageData(0, 0, width, height).data;
          const seen = new Set<string>();
          for (let at = 0; at < (pixels?.length ?? 0); at += 400) {
            seen.add(Array.from(pixels?.subarray(at, at + 3) ?? []).join(" "));
          }
          return seen.size;
        });
        assert.ok(colours >= 3, `${colours} colours`);
        await assertAccessible(page);
        // Below the root, near its end, is only the last of its children.
        const box = await canvas.boundingBox();
        assert.ok(box);
        await page.mouse.click(box.x + box.width * 0.6, box.y + 30);
        await page.locator("aside.detail h2", { hasText: last?.name ?? "" }).waitFor();
      };
      await withPage(browser, `${url}?v=flame`, visit, { colorScheme });
    }
  });

  test("the table counts spans by name, sorts, and leads to the longest of them", async () => {
    await withPage(browser, `${url}?v=table`, async (page) => {
      const row = page.locator(".span-table tbody tr");
      await row.first().waitFor();
      assert.match(await row.first().innerText(), /render/);
      await page.getByRole("button", { name: "Count" }).click();
      assert.match(
        (await row.first().innerText()).replaceAll(/\s+/g, " "),
        /GET item redis 37 ✕ 1/,
      );
      await assertAccessible(page);
      await page.getByRole("button", { name: "render" }).click();
      await page.locator("aside.detail h2", { hasText: "render" }).waitFor();
    });
  });

  test("log records and events stand in order of time, and as squares on their bars", async () => {
    const logged = exampleSpan({ name: "POST /orders" });
    const { traceId, spanId, startTimeUnixNano: start } = logged;
    const event = {
      timeUnixNano: start + 2_000_000n,
      name: "cache.miss",
      attributes: new Map([["key", "item-7"]]),
      droppedAttributesCount: 0,
    };
    const record = exampleLogRecord({
      traceId,
      spanId,
      timeUnixNano: start + 1_000_000n,
      severityNumber: 17,
      body: "the disk is full",
    });
    const sent = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(encodeLogsProtobuf([record])),
    });
    assert.equal(sent.status, 200);
    await storeSpans(spoor, [{ ...logged, events: [event] }]);
    await withPage(browser, `${spoor.url}/t/${traceId}`, async (page) => {
      // One square for the log record, one tick for the event.
      await page.locator(".bar-marks[style*='--error']").waitFor();
      await page.keyboard.press("6");
      const moments = page.locator(".moment");
      await moments.nth(1).waitFor();
      assert.match(
        (await moments.nth(0).innerText()).replaceAll(/\s+/g, " "),
        /ERROR.*disk is full/,
      );
      assert.match(
        (await moments.nth(1).innerText()).replaceAll(/\s+/g, " "),
        /event.*cache\.miss/,
      );
      await assertAccessible(page);
      await moments.nth(1).getByRole("button").click();
      await page.locator("aside.detail h2", { hasText: "POST /orders" }).waitFor();
    });
  });

  test("the tree is copied as Markdown as it is folded, and the command by its keys", async () => {
    await withPage(browser, url, async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await isShown(page);
      await page.getByText("Copy as", { exact: true }).click();
      await page.getByRole("button", { name: "Tree as Markdown" }).click();
      await page.getByText("tree as Markdown copied").waitFor();
      const markdown = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(markdown, /^- `GET \/cart` checkout, 1s$/m);
      assert.match(markdown, /^ {2}- `GET item` ×36, total 11ms, max 300µs$/m);
      assert.match(markdown, /^ {2}- `GET item` redis, 300µs ✕$/m);
      await page.locator("[role=treegrid]").focus();
      await page.keyboard.press("y");
      await page.keyboard.press("c");
      await page.getByText("command copied").waitFor();
      assert.equal(
        await page.evaluate(() => navigator.clipboard.readText()),
        `spoor show ${root?.traceId ?? ""}`,
      );
    });
  });
});
