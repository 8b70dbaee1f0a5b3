/* Every view of a trace under every choice of colours, the map, and the merged flame graph. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { SpanKind } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import {
  assertAccessible,
  chromiumMissing,
  openBrowser,
  type PageOptions,
  withPage,
} from "./browser.ts";
import { shopRequests } from "./sent-shop.ts";
import { sendSpans, storeSpans } from "./sent-traces.ts";

const COLOURS: Readonly<Record<string, PageOptions>> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "more contrast, light": { colorScheme: "light", contrast: "more" },
  "more contrast, dark": { colorScheme: "dark", contrast: "more" },
  "the system's colours": { forcedColors: "active" },
};

/** What tells that a view is drawn, by its key. */
const VIEWS = [
  "[role=treegrid] .bar",
  ".is-tree [data-index]",
  ".flame canvas",
  ".span-table tbody tr",
  ".map-node",
  ".trace-logs",
] as const;

async function visitAll(page: Page): Promise<void> {
  for (const [index, drawn] of VIEWS.entries()) {
    await page.keyboard.press(String(index + 1));
    await page.locator(drawn).first().waitFor();
    await assertAccessible(page);
  }
  await page.keyboard.press("1");
  await page.locator("[role=treegrid] .bar").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".detail-body").waitFor();
  await assertAccessible(page);
}

suite("the views of a trace", { skip: chromiumMissing }, () => {
  const shop = shopRequests({ requestCount: 40, agoSeconds: 600, slowEvery: 40 });
  const slow = shop.find(({ isSlow }) => isSlow);
  const [root, call, stock, query, payment] = slow?.spans ?? [];
  let browser: Browser;
  let spoor: SpoorProcess;
  let url = "";
  before(async () => {
    assert.ok(root && call && stock && query && payment);
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
    await sendSpans(
      spoor,
      shop.filter((request) => request !== slow).flatMap(({ spans }) => spans),
    );
    await storeSpans(spoor, slow?.spans ?? []);
    url = `${spoor.url}/t/${root.traceId}`;
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  for (const [name, colours] of Object.entries(COLOURS)) {
    test(`all six are accessible: ${name}`, async () => {
      await withPage(browser, url, visitAll, colours);
    });
  }

  test("the map tells who called whom, what sends no spans, and where the time went", async () => {
    await withPage(browser, `${url}?v=map`, async (page) => {
      await page.locator(".map-node").first().waitFor();
      const nodes = (await page.locator(".map-node").allInnerTexts()).map((text) =>
        text.replaceAll(/\s+/g, " "),
      );
      assert.equal(nodes.length, 4);
      assert.ok(
        nodes.some((text) => /checkout .* itself/.test(text)),
        nodes.join("; "),
      );
      assert.ok(nodes.some((text) => /inventory 1 call · [\d.]+s itself, 9\d/.test(text)));
      assert.ok(nodes.some((text) => /inventory-db database · 1 call/.test(text)));
      assert.ok(nodes.some((text) => /pay\.example no spans · 1 call/.test(text)));
      assert.equal(await page.locator(".map-node.is-outside").count(), 2);
      await page.getByRole("button", { name: "inventory-db" }).first().click();
      await page.locator("aside.detail h2", { hasText: query?.name ?? "" }).waitFor();
      await page.getByText("Calls the database inventory-db").waitFor();
    });
  });

  test("a call of something without spans has a dashed bar and its name", async () => {
    await withPage(browser, url, async (page) => {
      const row = page.locator(`[data-key="${payment?.spanId ?? ""}"]`);
      await row.locator(".bar-outside").waitFor();
      assert.match(await row.innerText(), /→ pay\.example/);
      assert.match(
        (await row.getAttribute("aria-label")) ?? "",
        /calls pay\.example, which has no/,
      );
      assert.equal(await page.locator(".bar-outside").count(), 1);
    });
  });

  test("a span stands against those of its kind", async () => {
    await withPage(browser, `${url}?s=${query?.spanId ?? ""}&d=1`, async (page) => {
      await page.locator(".facts .is-unusual").waitFor();
      const facts = await page.locator(".facts").innerText();
      assert.match(facts, /▲ slower than 9\d(?:\.\d)? % of \d+ in 24 h/);
      await page.locator(".detail-usual", { hasText: /slower than \d+/ }).waitFor();
    });
  });

  test("merged by path, calls that do the same are one bar, and the address says so", async () => {
    const loop = exampleSpan({ name: "loop", kind: SpanKind.server });
    const { traceId, spanId: parentSpanId, startTimeUnixNano: start } = loop;
    const turns = Array.from({ length: 8 }, (_, index) =>
      exampleSpan({
        traceId,
        parentSpanId,
        name: "turn",
        startTimeUnixNano: start + BigInt(index) * 100_000_000n,
        endTimeUnixNano: start + BigInt(index) * 100_000_000n + 80_000_000n,
      }),
    );
    await storeSpans(spoor, [loop, ...turns]);
    await withPage(browser, `${spoor.url}/t/${traceId}?v=flame`, async (page) => {
      const canvas = page.locator(".flame canvas");
      await canvas.waitFor();
      await page.getByRole("button", { name: "merged by path" }).click();
      await page.waitForURL(/g=1/);
      const box = await canvas.boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width * 0.6, box.y + 30);
      await page.getByText("turn · checkout · 8 calls, 640ms itself").waitFor();
      await assertAccessible(page);
      await page.mouse.click(box.x + box.width * 0.6, box.y + 30);
      await page.locator("aside.detail h2", { hasText: "turn" }).waitFor();
    });
  });

  test("who links to a span is found from that span", async () => {
    const linked = exampleSpan({ name: "enqueue" });
    const link = { traceState: "", flags: 0, attributes: new Map(), droppedAttributesCount: 0 };
    const linking = exampleSpan({
      name: "work off",
      links: [{ ...link, traceId: linked.traceId, spanId: linked.spanId }],
    });
    await storeSpans(spoor, [linked, linking]);
    const address = `${spoor.url}/t/${linked.traceId}?s=${linked.spanId}&d=1`;
    await withPage(browser, address, async (page) => {
      await page.getByRole("button", { name: "Find spans that link to this one" }).click();
      await page.getByRole("link", { name: "work off" }).click();
      await page.waitForURL(`**/t/${linking.traceId}?s=${linking.spanId}&d=1`);
    });
  });
});
