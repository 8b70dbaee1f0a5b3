/* One trace in a real browser. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Span } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import {
  checkout,
  everyAttributeShown,
  largeTrace,
  sendSpans,
  serviceResource,
  spansOf,
  storeSpans,
} from "./sent-traces.ts";

/** 24 rows are in sight at 720 pixels; each has some 15 elements. */
const TREE_ELEMENTS_MAX = 600;

function rowOf(page: Page, { spanId }: Pick<Span, "spanId">) {
  return page.locator(`[role=treegrid] [data-key="${spanId}"]`);
}

async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).innerText()).replaceAll(/\s+/g, " ");
}

suite("the page of a trace", { skip: chromiumMissing }, () => {
  const sent = checkout();
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
    await storeSpans(spoor, spansOf(sent));
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  const urlOf = ({ traceId }: Span, search = ""): string => `${spoor.url}/t/${traceId}${search}`;

  test("the keys move through the waterfall and open the detail", async () => {
    await withPage(browser, urlOf(sent.root), async (page) => {
      await rowOf(page, sent.query).waitFor();
      for (const span of [sent.root, sent.call, sent.query]) {
        await page.keyboard.press("ArrowDown");
        await page.waitForURL(`**?s=${span.spanId}`);
        assert.equal(await rowOf(page, span).getAttribute("aria-selected"), "true");
      }
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      await page.waitForURL(`**?s=${sent.call.spanId}&d=1`);
      assert.match(await textOf(page, "aside.detail"), /checkInventory/);
      await page.keyboard.press("Escape");
      await page.locator("aside.detail").waitFor({ state: "detached" });
    });
  });

  test("left folds a span away with all below it, right brings it back", async () => {
    await withPage(browser, urlOf(sent.root, `?s=${sent.call.spanId}`), async (page) => {
      await rowOf(page, sent.query).waitFor();
      await page.keyboard.press("ArrowLeft");
      await rowOf(page, sent.query).waitFor({ state: "detached" });
      assert.equal(await rowOf(page, sent.call).getAttribute("aria-expanded"), "false");
      await page.keyboard.press("ArrowRight");
      await rowOf(page, sent.query).waitFor();
    });
  });

  test("the detail shows every kind of attribute with its type", async () => {
    await withPage(browser, urlOf(sent.root), async (page) => {
      await rowOf(page, sent.query).click();
      const section = page.locator(".detail-section", {
        has: page.getByRole("heading", { name: /^Attributes/ }),
      });
      await section.waitFor();
      const shown = await section.locator(".attribute").evaluateAll((elements) =>
        elements.map((element) => [
          element.querySelector("dt")?.textContent,
          Array.from(element.querySelectorAll("dd > span:not(.copy)"), (part) => part.textContent)
            .join(" ")
            .trim(),
        ]),
      );
      assert.deepEqual(Object.fromEntries(shown), everyAttributeShown);
    });
  });

  test("the detail shows events, links, the resource, the scope, ids and what was dropped", async () => {
    await withPage(browser, urlOf(sent.root, `?s=${sent.query.spanId}&d=1`), async (page) => {
      await page.locator(".detail-body").waitFor();
      const text = await textOf(page, "aside.detail");
      for (const expected of [
        /Duration 940ms/,
        /dropped 3 attributes/,
        /lock\.waiting \+10ms lock\.table inventory/,
        /link\.reason holds the lock/,
        /service\.name inventory/,
        /opentelemetry\.io\/schemas\/1\.37\.0/,
        /pg-instrumentation 1\.2\.3/,
        /vendor=1/,
        new RegExp(`Parent ${sent.call.spanId}`),
        new RegExp(`Trace id ${sent.root.traceId}`),
        /0x01 \(sampled\)/,
      ]) {
        assert.match(text, expected);
      }
    });
  });

  test("a link leads to the span of the other trace", async () => {
    await withPage(browser, urlOf(sent.root, `?s=${sent.query.spanId}&d=1`), async (page) => {
      await page.locator("aside.detail a").click();
      await page.waitForURL(`**/t/${sent.linked.traceId}?s=${sent.linked.spanId}&d=1`);
      await page.locator("aside.detail h2", { hasText: sent.linked.name }).waitFor();
    });
  });

  test("the filter hides what does not fit it, and counts it", async () => {
    await withPage(browser, urlOf(sent.root, `?s=${sent.query.spanId}&d=1`), async (page) => {
      await page.getByRole("searchbox", { name: "Filter attributes" }).fill("kvlist");
      await page.getByText(`${Object.keys(everyAttributeShown).length - 1} hidden`).waitFor();
    });
  });

  test("a reload keeps the selected span and its open detail", async () => {
    await withPage(browser, urlOf(sent.root), async (page) => {
      await rowOf(page, sent.query).click();
      await page.waitForURL(`**?s=${sent.query.spanId}&d=1`);
      await page.reload();
      await page.locator("aside.detail h2", { hasText: sent.query.name }).waitFor();
      assert.equal(await rowOf(page, sent.query).getAttribute("aria-selected"), "true");
    });
  });

  test("errors and slow spans are marked by glyph and word", async () => {
    await withPage(browser, urlOf(sent.root), async (page) => {
      assert.match(await rowOf(page, sent.query).innerText(), /← slow/);
      assert.match(await rowOf(page, sent.root).innerText(), /✕\s+the inventory did not answer/);
      assert.doesNotMatch(await rowOf(page, sent.call).innerText(), /slow|✕/);
      assert.match(await textOf(page, ".trace-head"), /✕ 1 error/);
    });
  });

  test("a span whose parent never arrived stands below a row that says so", async () => {
    await withPage(browser, urlOf(sent.root), async (page) => {
      const ghost = rowOf(page, { spanId: `parent-${sent.orphan.parentSpanId}` });
      assert.match(await ghost.innerText(), /parent abcd… never arrived/);
      assert.equal(await ghost.getAttribute("aria-level"), "1");
      assert.equal(await rowOf(page, sent.orphan).getAttribute("aria-level"), "2");
      assert.match(await textOf(page, ".trace-problems"), /1 span without its parent/);
    });
  });

  test("a span that arrives late joins the trace on the screen", async () => {
    const root = exampleSpan({ name: "GET /slowly", resource: serviceResource("api-gateway") });
    const late = exampleSpan({ ...root, spanId: "00000000000000aa", parentSpanId: root.spanId });
    await storeSpans(spoor, [root]);
    await withPage(browser, urlOf(root), async (page) => {
      await isLive(page);
      await sendSpans(spoor, [late]);
      await rowOf(page, late).waitFor();
    });
  });

  test("a trace that there is not is said to be missing, and shown once it is there", async () => {
    const coming = exampleSpan({ name: "GET /coming" });
    const visit = async (page: Page): Promise<void> => {
      await page.getByRole("alert").waitFor();
      assert.match(await textOf(page, "[role=alert]"), /HTTP 404/);
      await assertAccessible(page);
      await isLive(page);
      await sendSpans(spoor, [coming]);
      await rowOf(page, coming).waitFor();
    };
    await withPage(browser, urlOf(coming), visit, { expectedComplaint: /404/ });
  });

  test("an address that there is not leads back to the list", async () => {
    await withPage(browser, `${spoor.url}/no/such/page`, async (page) => {
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
      await assertAccessible(page);
    });
  });

  test("the trace and its detail are accessible in both schemes, which look different", async () => {
    const pictures: Buffer[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        await page.locator(".detail-body").waitFor();
        await assertAccessible(page);
        pictures.push(await page.screenshot());
      };
      const url = urlOf(sent.root, `?s=${sent.query.spanId}&d=1`);
      await withPage(browser, url, visit, { colorScheme });
    }
    const [light, dark] = pictures;
    assert.ok(light !== undefined && dark !== undefined && !light.equals(dark));
  });

  test("of 10,000 spans only the rows in sight exist, at either end", async () => {
    const spans = largeTrace(10_000);
    const [root, last] = [spans[0], spans.at(-1)];
    assert.ok(root !== undefined && last !== undefined);
    await storeSpans(spoor, spans);
    await withPage(browser, urlOf(root), async (page) => {
      await rowOf(page, root).waitFor();
      const count = (): Promise<number> => page.locator("[role=treegrid] *").count();
      assert.ok((await count()) < TREE_ELEMENTS_MAX, `${await count()} elements`);
      await page.keyboard.press("End");
      await rowOf(page, last).waitFor();
      assert.equal(await rowOf(page, last).getAttribute("aria-rowindex"), "10001");
      assert.ok((await count()) < TREE_ELEMENTS_MAX, `${await count()} elements`);
      await assertAccessible(page);
    });
  });
});
