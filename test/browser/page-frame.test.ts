/* What stands on every page, in a real browser, by keys alone. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { shopRequests } from "./sent-shop.ts";
import { checkout, sendSpans, spansOf } from "./sent-traces.ts";

async function enter(page: Page, text: string): Promise<void> {
  await page.locator("[data-omnibox]").focus();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

suite("every page", { skip: chromiumMissing }, () => {
  const sent = checkout();
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    const good = shopRequests({ requestCount: 60, agoSeconds: 3500, untilSeconds: 320 });
    const bad = shopRequests({
      requestCount: 40,
      agoSeconds: 280,
      slowEvery: 2,
      areSlowFailing: true,
    });
    await sendSpans(spoor, [...good, ...bad].flatMap(({ spans }) => spans).concat(spansOf(sent)));
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("two keys lead to each screen, and the rail says where one is", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const rail = page.getByRole("navigation", { name: "Screens" });
      await page.locator("a[data-trace-row]").first().waitFor();
      for (const [key, name] of [
        ["e", "Explore"],
        ["c", "Compare"],
        ["h", "Health"],
        ["f", "File"],
        ["n", "Now"],
      ] as const) {
        await page.keyboard.press("g");
        await page.keyboard.press(key);
        await page.waitForFunction(
          (wanted) =>
            document.querySelector(".rail [aria-current=page]")?.textContent?.includes(wanted),
          name,
        );
        assert.equal(await rail.locator("[aria-current=page]").innerText(), name);
      }
    });
  });

  test("on a telephone no page is wider than the screen, and all of the frame is in reach", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.setViewportSize({ width: 390, height: 844 });
      for (const path of ["/", "/explore", "/health", "/compare", "/file"]) {
        await page.goto(spoor.url + path);
        await isLive(page);
        await page.locator("main > *").first().waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.equal(width, 390, path);
        const outside = await page.evaluate(() =>
          [...document.querySelectorAll(".top-bar button, .top-bar input, .rail-item")]
            .filter((one) => {
              const { left, right, top, bottom } = one.getBoundingClientRect();
              return left < 0 || right > 390 || top < 0 || bottom > 844;
            })
            .map((one) => one.textContent),
        );
        assert.deepEqual(outside, [], path);
        await assertAccessible(page);
      }
    });
  });

  test("the walk through an incident needs no pointer", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.getByRole("link", { name: "checkout POST /checkout" }).first().waitFor();
      await keepPicture(page, "now-changes");
      await assertAccessible(page);
      // What is slower leads to Explore, what is found there to the trace, the trace to Compare.
      await page.locator(".now-slower a").first().focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/explore\?q=/);
      await page.getByRole("tabpanel").locator("a[data-trace-row]").first().waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/t\/[0-9a-f]{32}/);
      const traceId = /\/t\/([0-9a-f]{32})/.exec(page.url())?.[1] ?? "";
      await page.getByRole("treegrid").waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("c");
      await page.getByLabel("A", { exact: true }).focus();
      await page.keyboard.type("typical");
      await page.keyboard.press("Tab");
      await page.keyboard.type(traceId);
      await page.keyboard.press("Enter");
      await page.locator(".comparison-sentence").waitFor();
    });
  });

  test("the field at the top takes ids, headers, log lines and queries", async () => {
    const { traceId, spanId } = sent.root;
    const found = `**/t/${traceId}?s=${spanId}`;
    await withPage(browser, spoor.url, async (page) => {
      await enter(page, `00-${traceId}-${spanId}-01`);
      await page.waitForURL(found);
      await enter(page, `{"level":"error","trace_id":"${traceId}","span_id":"${spanId}"}`);
      await page.waitForURL(found);
      await enter(page, traceId.slice(0, 12));
      await page.waitForURL(`**/t/${traceId.slice(0, 12)}`);
      await enter(page, sent.orphan.spanId);
      await page.waitForURL(/\/explore\?q=/);
      await page.getByRole("cell", { name: "api-gateway" }).waitFor();
      await enter(page, "> nonsense");
      await page.getByText('There is no command "nonsense"').waitFor();
    });
  });

  test("digits lead to the tabs of Explore, and its list of keys says so", async () => {
    await withPage(browser, `${spoor.url}/explore`, async (page) => {
      await page.locator("a[data-trace-row]").first().waitFor();
      await page.keyboard.press("3");
      await page.getByRole("tab", { name: "Groups", selected: true }).waitFor();
      await page.keyboard.press("1");
      await page.getByRole("tab", { name: "Traces", selected: true }).waitFor();
      await page.keyboard.press("?");
      const dialog = page.getByRole("dialog", { name: "Keys" });
      await dialog.getByText("traces, spans, groups, structure, map, log lines").waitFor();
      await keepPicture(page, "keys-explore");
      await assertAccessible(page);
    });
  });

  test("a question mark lists the keys, and they can be turned off", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.locator("a[data-trace-row]").first().waitFor();
      await page.keyboard.press("?");
      const dialog = page.getByRole("dialog", { name: "Keys" });
      await dialog.waitFor();
      await assertAccessible(page);
      await dialog
        .getByRole("checkbox", { name: "Keys that are a single letter or sign" })
        .uncheck();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.keyboard.press("g");
      await page.keyboard.press("e");
      await page.keyboard.press("j");
      assert.equal(await page.locator("a[data-trace-row]:focus").count(), 0);
      await page.keyboard.press("ArrowDown");
      await page.locator("a[data-trace-row]:focus").waitFor();
      await page.keyboard.press("Control+k");
      assert.equal(new URL(page.url()).pathname, "/");
      assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute("data-omnibox")));
    });
  });

  test("UTC and the time range change what is shown, and live can be stopped", async () => {
    await withPage(browser, `${spoor.url}/explore`, async (page) => {
      await isLive(page);
      await page.keyboard.press("u");
      await page.getByRole("button", { name: "UTC", pressed: true }).waitFor();
      await page.keyboard.press("t");
      await page.getByRole("button", { name: "Last 24 hours" }).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/from=-1d/);
      await page.keyboard.press(".");
      await page.getByRole("button", { name: "paused" }).waitFor();
      await page.keyboard.press(".");
      await isLive(page);
    });
  });

  test("what fails more and takes longer than in the hour before is listed", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const failing = page.getByRole("region", { name: /^Failing/ });
      await failing.getByText("checkout POST /checkout").waitFor();
      const slower = page.getByRole("region", { name: /^Slower/ });
      assert.match(await slower.innerText(), /POST \/checkout\s+[\d.]+ms → [\d.]+s/);
    });
  });
});
