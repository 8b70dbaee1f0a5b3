/* A server that goes away under the page, and comes back. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Page } from "playwright-core";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, isLive, openBrowser, withPage } from "./browser.ts";
import { sendSpans, storeSpans } from "./sent-traces.ts";

suite("a server that goes away", { skip: chromiumMissing }, () => {
  test("the page says that contact is lost, keeps what it shows, and goes on by itself", async () => {
    await using browser = await openBrowser();
    const spoor = await startSpoor({ useMemoryStore: true });
    let again: SpoorProcess | undefined;
    try {
      await storeSpans(spoor, [exampleSpan({ name: "GET /before" })]);
      const visit = async (page: Page): Promise<void> => {
        const row = page.locator("a[data-trace-row]", { hasText: "GET /before" });
        await row.waitFor();
        await isLive(page);
        await spoor.stop();
        const banner = page.getByText(/Lost contact with spoor \d+ s ago, retrying/);
        await banner.waitFor();
        assert.equal(await row.count(), 1);
        await page.locator(".live-mark", { hasText: "not live" }).waitFor();
        await assertAccessible(page);

        const { grpcPort, httpPort, uiPort } = spoor;
        again = await startSpoor({ useMemoryStore: true, grpcPort, httpPort, uiPort });
        const gone = banner.waitFor({ state: "detached" });
        // The page tries by itself as well; when it is first, the button goes with the banner.
        await Promise.any([page.getByRole("button", { name: "Retry now" }).click(), gone]);
        await gone;
        await sendSpans(again, [exampleSpan({ name: "GET /after" })]);
        await page.locator("a[data-trace-row]", { hasText: "GET /after" }).waitFor();
      };
      // A trace under the pointer is asked for ahead, and the new server does not have it.
      const expectedComplaint = /net::ERR_|status of 404 .*\/api\/v1\/traces\//;
      await withPage(browser, spoor.url, visit, { expectedComplaint });
    } finally {
      await Promise.all([spoor.stop(), again?.stop()]);
    }
  });
});
