/* What hangs, in a real browser: the home page while it hangs, and the trace that is running. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { lockHang, sendLogs } from "../live/lock-hang.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { checkout, sendSpans, spansOf, storeSpans } from "./sent-traces.ts";

const HOLDER = "`node nightly-reconcile.ts` (pid 11504, not instrumented)";

suite("what hangs", { skip: chromiumMissing }, () => {
  const older = lockHang({ olderSeconds: 22 });
  const younger = lockHang();
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await storeSpans(spoor, spansOf(checkout()));
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  // One after the other: what begins to hang in the first is what the others look at.
  test("while nothing hangs the page says who would tell, and a hang comes in by itself", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const now = page.getByRole("region", { name: "Now" });
      await now.getByText("Nothing is hanging. No instance reports open spans").waitFor();
      await isLive(page);
      await sendLogs(spoor, older.records);
      await now
        .getByRole("heading", {
          name: `1 request is hanging. It waits for the row lock on table inventory, held by ${HOLDER}.`,
        })
        .waitFor();
    });
  });

  test("requests stand under who holds them, and the page is accessible in both schemes", async () => {
    await sendLogs(spoor, younger.records);
    await sendSpans(spoor, younger.endOfCaller());
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const now = page.getByRole("region", { name: "Now" });
        await now.getByText("Both wait for the row lock on table inventory").waitFor();
        assert.equal(await now.locator(".now-holder", { hasText: HOLDER }).count(), 1);
        const rows = now.locator(".now-requests > li");
        assert.equal(await rows.count(), 2);
        const [first = "", second = ""] = await rows.allInnerTexts();
        assert.match(first, /checkout\s*POST \/checkout\s*▷[^\d]*[2-9]\d[\d.]*s/);
        assert.doesNotMatch(first, /nobody waits/);
        assert.match(second, /nobody waits for it any more/);
        await keepPicture(page, `now-${colorScheme}`);
        await assertAccessible(page);
      };
      await withPage(browser, spoor.url, visit, { colorScheme });
    }
  });

  test("one click leads to the running trace, with the holder below the span that waits", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const now = page.getByRole("region", { name: "Now" });
      await now.getByRole("link", { name: "POST /checkout" }).click();
      await page.waitForURL(`**/t/${older.traceId}?s=${older.statementSpanId}`);
      const grid = page.getByRole("treegrid");
      await grid.getByText(`held by ${HOLDER}`).waitFor();
      assert.match(
        await page.locator(".verdict").innerText(),
        /Still running after [^:]+: inventory waits [\d.]+s for the row lock on table inventory/,
      );
      await page.getByText("Why this is said").click();
      await page.getByText("pg_locks: backend 11512 holds what 11509 waits for").waitFor();
      assert.equal(await grid.locator(".bar-open").count(), 4);
      await keepPicture(page, "running-trace");
      await assertAccessible(page);
    });
  });

  test("bars grow while the trace is open, and the end of the trace ends that", async () => {
    const url = `${spoor.url}/t/${older.traceId}`;
    await withPage(browser, url, async (page) => {
      const total = page
        .getByRole("treegrid")
        .locator("[data-key]")
        .first()
        .locator(".number")
        .last();
      await page.locator(".bar-open").first().waitFor();
      const totalBefore = await total.innerText();
      await page.waitForFunction(
        ([selector = "", text = ""]) =>
          document.querySelectorAll(selector)[1]?.textContent !== text,
        ["[data-key] .number", totalBefore],
      );
      await sendSpans(spoor, [...older.endOfCaller(), ...older.endOfCallee()]);
      await page.locator(".bar-open").first().waitFor({ state: "detached" });
      assert.match(await page.locator(".verdict").innerText(), /^Failed in/);
      const grid = page.getByRole("treegrid");
      await grid.getByText(`held by ${HOLDER}`).waitFor();
      await grid.getByText("‖ waited").waitFor();
      await grid.getByText("database user job, session 11512, idle in transaction").waitFor();
      await grid.getByText("‖ waited").click();
      const detail = page.getByRole("complementary", { name: "Span detail" });
      await detail.getByText(/^State ended: inventory waited .*, held by .*pid 11504/).waitFor();
      await keepPicture(page, "ended-trace-light");
      await assertAccessible(page);
    });
    await withPage(browser, url, seesHolder, { colorScheme: "dark" });
  });
});

/** The trace that has ended, in the dark. */
async function seesHolder(page: Page): Promise<void> {
  await page.getByRole("treegrid").getByText(`held by ${HOLDER}`).waitFor();
  await keepPicture(page, "ended-trace-dark");
  await assertAccessible(page);
}
