/* Traces that somebody made to break the page, or that a broken sender made by itself. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Span } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { sendSpans, serviceResource, storeSpans } from "./sent-traces.ts";

const YEAR_NANO = 365n * 86_400n * 1_000_000_000n;
const MARKUP = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
const RIGHT_TO_LEFT = "\u202E\u05E9\u05DC\u05D5\u05DD kcatta \u2066";
const TREE_ELEMENTS_MAX = 600;

suite("hostile traces", { skip: chromiumMissing }, () => {
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  async function visit(
    spans: readonly Span[],
    look: (page: Page) => Promise<void>,
    search: string = "",
  ): Promise<void> {
    await withPage(browser, `${spoor.url}/t/${spans[0]?.traceId ?? ""}${search}`, async (page) => {
      await page.locator("[role=treegrid] [data-index]").first().waitFor();
      await look(page);
      const count = await page.locator("[role=treegrid] *").count();
      assert.ok(count < TREE_ELEMENTS_MAX, `${count} elements`);
    });
  }

  test("markup is text, names of 10,000 characters are cut with a mark and whole in the detail", async () => {
    const long = `${"x".repeat(9_990)} the end`;
    const root = exampleSpan({
      name: MARKUP,
      resource: serviceResource(RIGHT_TO_LEFT),
      attributes: new Map([["evil", MARKUP]]),
    });
    const { traceId, spanId: parentSpanId } = root;
    const child = exampleSpan({ traceId, parentSpanId, name: long });
    await storeSpans(spoor, [root, child]);
    await visit(
      [root],
      async (page) => {
        const words = await page.locator("[role=treegrid]").innerText();
        assert.ok(words.includes("<script>"));
        assert.ok(!words.includes("the end"));
        await page.locator("aside.detail h2", { hasText: "the end" }).waitFor();
        await page.keyboard.press("3");
        await page.locator(".flame canvas").waitFor();
        await page.keyboard.press("4");
        await page.locator(".span-table tbody tr").first().waitFor();
        await assertAccessible(page);
        await page.keyboard.press("1");
        await page.locator("[role=treegrid] [data-index]").first().waitFor();
        assert.doesNotMatch(await page.title(), /^run/);
        const isolated = await page
          .locator(".span-service")
          .first()
          .evaluate((element) => getComputedStyle(element).unicodeBidi);
        assert.equal(isolated, "isolate");
      },
      `?s=${child.spanId}&d=1`,
    );
  });

  test("every view and every copy bears markup, text from right to left, and years between", async () => {
    const root = exampleSpan({ name: MARKUP, kind: 3, resource: serviceResource(RIGHT_TO_LEFT) });
    const { traceId, spanId: parentSpanId, startTimeUnixNano: start } = root;
    const children = [MARKUP, "x".repeat(10_000), RIGHT_TO_LEFT].map((name, index) =>
      exampleSpan({
        traceId,
        parentSpanId,
        name,
        kind: index === 0 ? 2 : 3,
        startTimeUnixNano: start + BigInt(index) * YEAR_NANO,
        endTimeUnixNano: start + BigInt(index) * YEAR_NANO + 5n,
        attributes: new Map([["server.address", index === 1 ? "y".repeat(10_000) : MARKUP]]),
        resource: serviceResource(MARKUP),
      }),
    );
    await storeSpans(spoor, [root, ...children]);
    await visit([root], async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "correct clocks" }).click();
      await page.waitForURL(/k=1/);
      for (const [key, drawn] of [
        ["2", ".is-tree [data-index]"],
        ["3", ".flame canvas"],
        ["4", ".span-table tbody tr"],
        ["5", ".map-node"],
        ["6", ".trace-logs"],
        ["1", "[role=treegrid] .bar"],
      ] as const) {
        await page.keyboard.press(key);
        await page.locator(drawn).first().waitFor();
        await assertAccessible(page);
      }
      for (const key of ["m", "o", "s"]) {
        await page.keyboard.press("y");
        await page.keyboard.press(key);
        await page.locator(".copied", { hasText: "copied" }).waitFor();
        await page.locator(".copied", { hasText: "copied" }).waitFor({ state: "detached" });
      }
      const isDrawn = await page.evaluate(async () => {
        const svg = await navigator.clipboard.readText();
        const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
        return parsed.querySelector("parsererror, script, img, image") === null;
      });
      assert.ok(isDrawn, "the picture is well-formed, and markup in it is text");
      assert.doesNotMatch(await page.title(), /^run/);
      await page.setViewportSize({ width: 390, height: 844 });
      await assertAccessible(page);
    });
  });

  test("a chain 200 deep keeps its names in sight", async () => {
    const spans = [exampleSpan({ name: "level 0" })];
    for (let level = 1; level < 200; level += 1) {
      const above = spans.at(-1);
      assert.ok(above);
      const { traceId, spanId: parentSpanId } = above;
      spans.push(exampleSpan({ ...above, traceId, parentSpanId, ...newName(level) }));
    }
    await storeSpans(spoor, spans);
    await visit(spans, async (page) => {
      await page.keyboard.press("End");
      const deepest = page.locator(`[data-key="${spans.at(-1)?.spanId ?? ""}"]`);
      await deepest.waitFor();
      assert.equal(await deepest.getAttribute("aria-level"), "200");
      const title = await deepest.locator(".span-title").boundingBox();
      assert.ok(title !== null && title.x < 700 && title.width > 20);
    });
  });

  test("spans without length, ending before their start, and a year apart are all shown", async () => {
    const root = exampleSpan({ name: "root" });
    const { traceId, spanId: parentSpanId, startTimeUnixNano: start } = root;
    const at = (name: string, from: bigint, to: bigint): Span =>
      exampleSpan({ traceId, parentSpanId, name, startTimeUnixNano: from, endTimeUnixNano: to });
    const spans = [
      root,
      at("no length", start, start),
      at("backwards", start + 500n, start + 100n),
      at("last year", start - YEAR_NANO, start - YEAR_NANO + 1_000n),
      at("next year", start + YEAR_NANO, start + YEAR_NANO + 1_000n),
    ];
    await storeSpans(spoor, spans);
    await visit(spans, async (page) => {
      const words = await page.locator("[role=treegrid]").innerText();
      for (const { name } of spans) assert.ok(words.includes(name), name);
      assert.match(words, /ends before it starts/);
      await page.getByText("1 span ending before the start").waitFor();
      for (const key of ["w", "w", "d", "s", "a", "0"]) await page.keyboard.press(key);
      await assertAccessible(page);
    });
  });

  test("50,000 siblings are one list, of which the last is reached by a key", async () => {
    const root = exampleSpan({ name: "loop" });
    const { traceId, spanId: parentSpanId, startTimeUnixNano: start, resource, scope } = root;
    const spans = Array.from({ length: 50_000 }, (_, index) =>
      exampleSpan({
        traceId,
        parentSpanId,
        name: `turn ${index}`,
        startTimeUnixNano: start + BigInt(index * 10),
        endTimeUnixNano: start + BigInt(index * 10 + 9),
        resource,
        scope,
      }),
    );
    await sendSpans(spoor, [root]);
    for (let from = 1; from < spans.length; from += 10_000) {
      await sendSpans(spoor, spans.slice(from, from + 10_000));
    }
    // Nothing waits for the store any more when the last to be sent can be read.
    await storeSpans(spoor, spans.slice(0, 1));
    await visit([root], async (page) => {
      await page.locator('[role=treegrid][aria-rowcount="50002"]').waitFor();
      await page.keyboard.press("End");
      await page.locator(`[data-key="${spans.at(-1)?.spanId ?? ""}"].is-selected`).waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.locator(`[data-key="${root.spanId}"].is-selected`).waitFor();
    });
  });
});

function newName(level: number): Pick<Span, "name" | "spanId"> {
  const { spanId } = exampleSpan();
  return { name: `level ${level}`, spanId };
}
