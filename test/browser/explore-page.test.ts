/* Explore in a real browser: what is odd, what it has in common, and the way to one trace. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { sendLogs } from "../live/lock-hang.ts";
import { exampleLogRecord } from "../log-records.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { shopRequests } from "./sent-shop.ts";
import { sendSpans } from "./sent-traces.ts";

const SLOW = "{ duration > 1s }";

function queryOf(page: Page): string {
  return new URL(page.url()).searchParams.get("q") ?? "";
}

async function seesFault(page: Page): Promise<void> {
  const box = page.getByRole("combobox");
  await page.getByRole("link", { name: "POST /checkout" }).first().waitFor();
  await box.fill('{ duration > "soon" }');
  await box.press("Enter");
  await page.locator(".query-fault mark").waitFor();
  assert.match(await page.locator(".query-fault").innerText(), /soon/);
  assert.equal(await box.getAttribute("aria-invalid"), "true");
  await page.getByText("until the query can be asked").waitFor();
  assert.ok((await page.getByRole("link", { name: "POST /checkout" }).count()) > 0);
  await assertAccessible(page);
}

suite("explore", { skip: chromiumMissing }, () => {
  const requests = shopRequests({
    requestCount: 90,
    agoSeconds: 1500,
    slowEvery: 6,
    areSlowFailing: true,
  });
  const spanCount = requests.reduce((sum, { spans }) => sum + spans.length, 0);
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await sendSpans(
      spoor,
      requests.flatMap(({ spans }) => spans),
    );
    const slow = requests.filter(({ isSlow }) => isSlow).flatMap(({ spans }) => spans[3] ?? []);
    await sendLogs(
      spoor,
      slow.map(({ traceId, spanId, startTimeUnixNano, resource }) =>
        exampleLogRecord({
          traceId,
          spanId,
          resource,
          timeUnixNano: startTimeUnixNano,
          severityNumber: 13,
          body: "waits for the lock",
        }),
      ),
    );
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  function explore(search: Readonly<Record<string, string>> = {}): string {
    return `${spoor.url}/explore?${new URLSearchParams(search)}`;
  }

  test("without any question there is an answer, and it says what is different", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        await page.getByText(`${spanCount} spans`).waitFor();
        await page
          .getByRole("heading", { name: /What is different about the \d+ errors/ })
          .waitFor();
        const version = page.locator(".difference-keys > li", {
          hasText: "resource.service.version",
        });
        await version.getByText("1.4").waitFor();
        await page.getByRole("link", { name: "POST /checkout" }).first().waitFor();
        await keepPicture(page, `explore-${colorScheme}`);
        await assertAccessible(page);
      };
      await withPage(browser, explore(), visit, { colorScheme });
    }
  });

  test("words are translated, and a value narrows the query; with Alt it goes out", async () => {
    await withPage(browser, explore({ q: "service:checkout" }), async (page) => {
      const facets = page.getByRole("complementary", { name: "Filter by value" });
      await page.getByText('{ resource.service.name = "checkout" }', { exact: true }).waitFor();
      await facets.getByRole("button", { name: /^POST \/payments/ }).click();
      await page.waitForFunction(() => location.search.includes("payments"));
      const narrowed = '{ resource.service.name = "checkout" && name = "POST /payments" }';
      assert.equal(queryOf(page), narrowed);
      assert.equal(await page.getByRole("combobox").inputValue(), narrowed);
      await facets.getByRole("button", { name: /^unset/ }).click({ modifiers: ["Alt"] });
      await page.waitForFunction(() => location.search.includes("status"));
      assert.match(queryOf(page), /&& !\(status = unset\) \}$/);
    });
  });

  test("a query that cannot be asked is marked at its place, and the answers stay", async () => {
    const expectedComplaint = /400 \(Bad Request\)/;
    await withPage(browser, explore(), seesFault, { expectedComplaint });
  });

  test("names and values are completed with their counts, by keys alone", async () => {
    await withPage(browser, explore(), async (page) => {
      const box = page.getByRole("combobox");
      await box.waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type("service:inv");
      const option = page.getByRole("option", { name: /service:inventory/ });
      await option.waitFor();
      assert.match(await option.innerText(), /\d/);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      assert.equal(await box.inputValue(), "service:inventory");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => location.search.includes("inventory"));
      await box.fill("{ resource.service.v");
      await page.getByRole("option", { name: /resource\.service\.version/ }).waitFor();
    });
  });

  test("a box in the heat map is asked about, and is part of the link", async () => {
    await withPage(browser, explore(), async (page) => {
      await page.getByRole("heading", { name: /What is different about the \d+ errors/ }).waitFor();
      const picture = page.locator(".heat-picture");
      const place = await picture.boundingBox();
      assert.ok(place !== null);
      await page.mouse.move(place.x + 4, place.y + 3);
      await page.mouse.down();
      await page.mouse.move(place.x + place.width - 4, place.y + place.height * 0.3, { steps: 4 });
      await page.mouse.up();
      await page.getByRole("heading", { name: "What is different about the box" }).waitFor();
      assert.match(page.url(), /box=\d+-\d+-\d+-\d+/);
      await page.locator(".difference-legend").waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "What is different about the box" }).waitFor();
      await page.getByRole("button", { name: "Clear the box" }).click();
      await page.getByRole("heading", { name: /What is different about the \d+ errors/ }).waitFor();
    });
  });

  test("every tab shows the same query, and is accessible", async () => {
    const slowCount = requests.filter(({ isSlow }) => isSlow).length;
    await withPage(browser, explore({ q: SLOW, g: "name" }), async (page) => {
      const pane = page.getByRole("tabpanel");
      await pane.locator("a[data-trace-row]").first().waitFor();
      assert.equal(await pane.locator("a[data-trace-row]").count(), slowCount);
      const tabs = {
        Spans: pane.getByRole("cell", { name: "UPDATE inventory" }).first(),
        Groups: pane.getByRole("button", { name: "UPDATE inventory" }),
        Structure: pane.getByText(`${slowCount} traces laid over each other`),
        "Log lines": pane.getByRole("link", { name: "waits for the lock" }).first(),
      };
      for (const [name, there] of Object.entries(tabs)) {
        await page.getByRole("tab", { name }).click();
        await there.waitFor();
        await keepPicture(page, `explore-${name.toLowerCase().replace(" ", "-")}`);
        await assertAccessible(page);
      }
    });
  });

  test("the structure is a tree that keys walk and fold, from wherever they are pressed", async () => {
    await withPage(browser, explore({ q: SLOW, tab: "structure" }), async (page) => {
      const tree = page.getByRole("treegrid", { name: /^The structure/ });
      const rows = tree.locator("tbody tr");
      await rows.first().waitFor();
      const all = await rows.count();
      await page.keyboard.press("j");
      assert.equal(await rows.first().getAttribute("aria-selected"), "true");
      await page.keyboard.press("Enter");
      assert.ok((await rows.count()) < all, "without a link a row folds");
      await page.keyboard.press("l");
      assert.equal(await rows.count(), all);
      await rows.first().locator("[data-twisty]").click();
      assert.ok((await rows.count()) < all);
      await page.keyboard.press("2");
      await page.getByRole("tab", { name: "Spans", selected: true }).waitFor();
    });
  });

  test("lines over the heat map are part of the link, and each has a name", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const legend = page.locator(".heat-legend");
        await page.getByRole("button", { name: "Percentiles" }).click();
        await page.waitForURL(/lines=percentiles/);
        assert.deepEqual(await legend.getByRole("listitem").allInnerTexts(), ["p50", "p95", "p99"]);
        await keepPicture(page, `explore-percentiles-${colorScheme}`);
        await page.getByRole("button", { name: "p95 by name" }).click();
        await page.waitForURL(/lines=groups/);
        await legend.getByText("GET /cart", { exact: true }).waitFor();
        assert.equal(await legend.getByRole("listitem").count(), 6);
        await keepPicture(page, `explore-lines-${colorScheme}`);
        await assertAccessible(page);
        await page.getByRole("button", { name: "p95 by name" }).click();
        await legend.waitFor({ state: "detached" });
      };
      await withPage(browser, explore({ g: "name" }), visit, { colorScheme });
    }
  });

  test("a log line leads to the span that wrote it", async () => {
    await withPage(browser, explore({ q: SLOW, tab: "logs" }), async (page) => {
      await page.getByRole("link", { name: "waits for the lock" }).first().click();
      await page.waitForURL(/\/t\/[0-9a-f]{32}\?s=[0-9a-f]{16}&v=logs/);
      await page.getByText("waits for the lock").first().waitFor();
    });
  });

  test("without a query all log records of the time are there, those without a trace too", async () => {
    await sendLogs(spoor, [exampleLogRecord({ traceId: "", spanId: "", body: "cache is cold" })]);
    await withPage(browser, explore({ tab: "logs" }), async (page) => {
      await page.getByText("cache is cold").waitFor();
      assert.equal(await page.getByRole("link", { name: "cache is cold" }).count(), 0);
      await page.getByRole("link", { name: "waits for the lock" }).first().waitFor();
      await keepPicture(page, "explore-all-logs");
      await assertAccessible(page);
    });
  });

  test("an attribute that nobody sends is named, and what was meant is one press away", async () => {
    const q = '{ span.user.teir = "gold" }';
    await withPage(browser, explore({ q }), async (page) => {
      await page.getByText("span.user.teir does not exist here.").waitFor();
      await assertAccessible(page);
      await page.getByRole("button", { name: "use it" }).click();
      await page.waitForFunction(() => location.search.includes("tier"));
      assert.equal(queryOf(page), '{ span.user.tier = "gold" }');
      await page.locator("a[data-trace-row]").first().waitFor();
    });
  });

  test("while an answer takes long the page says so, and keeps what it has", async () => {
    await withPage(browser, explore(), async (page) => {
      await page.locator("a[data-trace-row]").first().waitFor();
      const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
      const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
      await page.route("**/api/v1/heatmap?*", async (route) => {
        asked();
        await isReleased;
        await route.continue();
      });
      await page.getByRole("combobox").fill(SLOW);
      await page.getByRole("combobox").press("Enter");
      await isAsked;
      await page.locator(".explore-main[aria-busy=true]").waitFor();
      await page
        .locator(".explore-asking")
        .getByText(/Asking… [3-9] s/)
        .waitFor();
      assert.ok((await page.locator("a[data-trace-row]").count()) > 0);
      release();
      await page.locator(".explore-main[aria-busy=false]").waitFor();
    });
  });

  test("when the server fails, its words stand there and asking again is one press", async () => {
    const problem = { title: "No", detail: "the store is away", status: 503, code: "X", hint: "" };
    const expectedComplaint = /503/;
    const visit = async (page: Page): Promise<void> => {
      await page.route("**/api/v1/heatmap?*", (route) =>
        route.fulfill({ status: 503, json: problem }),
      );
      await page.goto(explore({ q: "status:error" }));
      await page.getByText("the store is away").waitFor();
      await page.unroute("**/api/v1/heatmap?*");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator("a[data-trace-row]").first().waitFor();
    };
    await withPage(browser, `${spoor.url}/health`, visit, { expectedComplaint });
  });

  test("the map shows who calls whom, and a service in it is a query", async () => {
    await withPage(browser, explore({ tab: "map" }), async (page) => {
      const inventory = page.locator(".map-node", { hasText: "inventory" }).first();
      await inventory.waitFor();
      await keepPicture(page, "explore-map");
      await assertAccessible(page);
      await inventory.click();
      await page.waitForFunction(() => !location.search.includes("tab="));
      assert.match(queryOf(page), /resource\.service\.name = "inventory/);
    });
  });

  test("where nothing is found, the page says which condition to leave out", async () => {
    const q = '{ resource.service.name = "checkout" && .user.tier = "platinum" }';
    await withPage(browser, explore({ q }), async (page) => {
      await page.getByText("No spans match in the last hour.").waitFor();
      const without = page.locator(".nothing p", { hasText: "platinum" });
      await without.getByRole("button", { name: "remove it" }).click();
      await page.waitForFunction(() => !location.search.includes("platinum"));
      assert.equal(queryOf(page), '{ resource.service.name = "checkout" }');
    });
  });

  test("a saved query is a link to the same page", async () => {
    await withPage(browser, explore({ q: SLOW, tab: "groups" }), async (page) => {
      await page.getByText("Saved", { exact: true }).click();
      await page.getByRole("textbox", { name: "Name of this query" }).fill("the slow ones");
      await page.getByRole("button", { name: "Save this" }).click();
      const link = page.getByRole("link", { name: "the slow ones" });
      const href = new URL((await link.getAttribute("href")) ?? "", spoor.url);
      assert.equal(href.searchParams.get("q"), SLOW);
      assert.equal(href.searchParams.get("tab"), "groups");
    });
  });

  test("a found trace opens at the span that was found", async () => {
    await withPage(
      browser,
      explore({ q: '{ name = "UPDATE inventory" && duration > 1s }' }),
      async (page) => {
        await page.locator("a[data-trace-row]").first().click();
        await page.waitForURL(/\/t\/[0-9a-f]{32}\?s=[0-9a-f]{16}/);
        await page.getByRole("treegrid").waitFor();
      },
    );
  });
});

suite("explore with more than a page", { skip: chromiumMissing }, () => {
  const requests = shopRequests({ requestCount: 130, agoSeconds: 1200 });
  const spanCount = requests.reduce((sum, { spans }) => sum + spans.length, 0);
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  // One after the other: the first sees the server before anything has arrived.
  test("before the first span it says where to learn how to send", async () => {
    await withPage(browser, `${spoor.url}/explore`, async (page) => {
      await page.getByText("Nothing has been received in that time either.").waitFor();
      await assertAccessible(page);
      await page.getByRole("link", { name: "Now" }).last().click();
      await page.getByText("Nothing has arrived yet.").waitFor();
    });
  });

  test("what is not listed is counted, and the next page continues where this one ends", async () => {
    await sendSpans(
      spoor,
      requests.flatMap(({ spans }) => spans),
    );
    await withPage(browser, `${spoor.url}/explore`, async (page) => {
      const more = page.locator(".explore-more");
      await more.waitFor();
      const words = new RegExp(`Showing \\d+ of ${spanCount} matching spans, newest first`);
      assert.match(await more.innerText(), words);
      const rows = page.locator("a[data-trace-row]");
      assert.equal(await rows.count(), 100);
      await assertAccessible(page);
      await more.getByRole("button", { name: "Load more" }).click();
      await more.waitFor({ state: "detached" });
      assert.equal(await rows.count(), 130);
      const links = await rows.evaluateAll((all) => all.map((one) => one.getAttribute("href")));
      assert.equal(new Set(links).size, 130);
    });
  });
});
