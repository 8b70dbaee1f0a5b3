/* What a reader can choose on the page of a trace besides what is looked for. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Span, SpanKind } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { serviceResource, storeSpans } from "./sent-traces.ts";

const MS = 1_000_000n;

/** A call of a service whose clock is three seconds late. */
function skewedTrace(): readonly [root: Span, call: Span, served: Span, within: Span] {
  const root = exampleSpan({ name: "GET /", resource: serviceResource("web") });
  const { traceId, startTimeUnixNano: start } = root;
  const call = exampleSpan({
    traceId,
    parentSpanId: root.spanId,
    name: "call",
    kind: SpanKind.client,
    startTimeUnixNano: start + 100n * MS,
    endTimeUnixNano: start + 900n * MS,
    resource: serviceResource("web"),
  });
  const served = exampleSpan({
    traceId,
    parentSpanId: call.spanId,
    name: "served",
    kind: SpanKind.server,
    startTimeUnixNano: start + 3200n * MS,
    endTimeUnixNano: start + 3800n * MS,
    resource: serviceResource("stock"),
    attributes: new Map([["shelf", "7"]]),
  });
  const within = exampleSpan({
    traceId,
    parentSpanId: served.spanId,
    name: "within",
    kind: SpanKind.internal,
    startTimeUnixNano: start + 3300n * MS,
    endTimeUnixNano: start + 3400n * MS,
    resource: serviceResource("stock"),
    events: [
      {
        timeUnixNano: start + 3350n * MS,
        name: "found",
        attributes: new Map(),
        droppedAttributesCount: 0,
      },
    ],
  });
  return [root, call, served, within];
}

function row(page: Page, { spanId }: Span) {
  return page.locator(`[role=treegrid] [data-key="${spanId}"]`);
}

suite("what can be chosen on the page of a trace", { skip: chromiumMissing }, () => {
  const spans = skewedTrace();
  const [root, , served, within] = spans;
  let browser: Browser;
  let spoor: SpoorProcess;
  let url = "";
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await storeSpans(spoor, spans);
    url = `${spoor.url}/t/${root.traceId}`;
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("times are as they were sent; corrected on demand, with a mark on what was moved", async () => {
    await withPage(browser, url, async (page) => {
      await row(page, served).waitFor();
      assert.match((await row(page, served).getAttribute("aria-label")) ?? "", /starts at 3\.2s/);
      await page.getByText("2 spans outside of what called them: clocks disagree.").waitFor();
      await page.getByRole("button", { name: "correct clocks" }).click();
      await page.waitForURL(/k=1/);
      await page.getByText("2 spans moved to where they may have been").waitFor();
      assert.match((await row(page, served).getAttribute("aria-label")) ?? "", /starts at 200ms/);
      assert.match(await row(page, within).innerText(), /clock moved -3s/);
      assert.doesNotMatch(await row(page, root).innerText(), /moved/);
      await assertAccessible(page);
      await page.keyboard.press("6");
      await page.locator(".moment", { hasText: "+350ms" }).waitFor();
      await page.keyboard.press("1");
      await row(page, within).click();
      await page.locator(".detail-times", { hasText: "Clock moved" }).waitFor();
      await page.getByRole("button", { name: "correct clocks" }).click();
      await page.waitForURL((address) => !address.searchParams.has("k"));
    });
  });

  test("a trace whose clocks agree has no such switch", async () => {
    const alone = exampleSpan({ name: "alone" });
    await storeSpans(spoor, [alone]);
    await withPage(browser, `${spoor.url}/t/${alone.traceId}`, async (page) => {
      await row(page, alone).waitFor();
      assert.equal(await page.getByRole("button", { name: "correct clocks" }).count(), 0);
    });
  });

  test("a service is taken out of sight and back by its menu, with what was hidden counted", async () => {
    await withPage(browser, url, async (page) => {
      await row(page, served).waitFor();
      const menu = page.getByText("2 services", { exact: true }).last();
      await menu.click();
      const box = page.getByRole("checkbox", { name: /stock/ });
      await assertAccessible(page);
      await box.uncheck();
      await page.getByText("2 spans hidden").waitFor();
      await page.waitForURL(/x=stock/);
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "without stock" }).click();
      await row(page, served).waitFor();
    });
  });

  test("an attribute that is clicked finds the spans that have it", async () => {
    await withPage(browser, `${url}?s=${served.spanId}&d=1`, async (page) => {
      await page.getByRole("button", { name: "Find spans with this shelf" }).click();
      await page.getByText("1 span", { exact: true }).waitFor();
      await page.waitForURL(/f=shelf%3D7/);
      await page.locator(`[data-key="${served.spanId}"].is-match`).waitFor();
      await page.locator(`[data-key="${root.spanId}"].is-dim`).waitFor();
    });
  });

  test("the column of names is widened by pointer and by keys, and stays so", async () => {
    await withPage(browser, url, async (page) => {
      await row(page, root).waitFor();
      const width = async (): Promise<number> =>
        (await row(page, root).getByRole("gridcell").first().boundingBox())?.width ?? 0;
      const usual = await width();
      const handle = page.getByRole("separator", { name: "Width of the names" });
      const box = await handle.boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + 200, box.y + 5, { steps: 4 });
      await page.mouse.up();
      const dragged = await width();
      assert.ok(dragged > usual + 150, `${usual} px, then ${dragged}`);
      assert.equal(await page.locator("aside.detail").count(), 0, "a drag opens nothing");
      await handle.focus();
      for (let press = 0; press < 5; press += 1) await page.keyboard.press("ArrowLeft");
      const narrowed = await width();
      assert.ok(narrowed < dragged - 80, `${dragged} px, then ${narrowed}`);
      await page.reload();
      await row(page, root).waitFor();
      assert.equal(await width(), narrowed);
      await handle.focus();
      await page.keyboard.press("Home");
      assert.equal(await width(), usual);
    });
  });

  test("bars of the second eight services have a texture that is not that of waiting", async () => {
    const top = exampleSpan({ name: "fan out", resource: serviceResource("hub") });
    const many = Array.from({ length: 12 }, (_, index) =>
      exampleSpan({
        traceId: top.traceId,
        parentSpanId: top.spanId,
        name: `spoke ${index}`,
        resource: serviceResource(`spoke-${index}`),
      }),
    );
    await storeSpans(spoor, [top, ...many]);
    await withPage(browser, `${spoor.url}/t/${top.traceId}`, async (page) => {
      await row(page, top).waitFor();
      const images = await page
        .locator(".bar")
        .evaluateAll((bars) => bars.map((bar) => getComputedStyle(bar).backgroundImage));
      const textured = images.filter((image) => image !== "none");
      assert.ok(textured.length >= 4, textured.join("\n"));
      for (const image of textured.slice(1)) assert.doesNotMatch(image, /repeating|-45deg/);
    });
  });
});
