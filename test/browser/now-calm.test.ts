/* The home page while requests run and none of them hangs, in a real browser. */
import { randomBytes } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { type OpenSpanReport, SpanKind, systemClock } from "@spoor/trace";
import type { Browser, Page } from "playwright-core";
import { exampleSpan } from "../example-span.ts";
import { instance, reportRecord, sendLogs } from "../live/lock-hang.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { storeSpans } from "./sent-traces.ts";

const SECOND = 1_000_000_000n;
const REPORTS = instance("reports");

/** A request that is open for two seconds. */
function running(traceId: string): OpenSpanReport {
  const now = systemClock.nowUnixNano();
  return {
    kind: "openSpan",
    timeUnixNano: now,
    processStartUnixNano: 1n,
    traceId,
    spanId: randomBytes(8).toString("hex"),
    parentSpanId: "",
    flags: 1,
    name: "GET /report",
    spanKind: SpanKind.server,
    startTimeUnixNano: now - 2n * SECOND,
    seq: 1,
    snapshot: 1,
    nextMs: 60_000,
    isOverdue: true,
    isCallerGone: false,
    wait: new Map(),
    attributes: new Map(),
  };
}

suite("while requests take their usual time", { skip: chromiumMissing }, () => {
  const traceId = randomBytes(16).toString("hex");
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    const end = systemClock.nowUnixNano() - 600n * SECOND;
    const finished = Array.from({ length: 30 }, (_, index) =>
      exampleSpan({
        name: "GET /report",
        kind: SpanKind.server,
        resource: REPORTS,
        // Ten took a second, and twenty took five minutes.
        startTimeUnixNano: end - (index < 10 ? 1n : 300n) * SECOND,
        endTimeUnixNano: end,
      }),
    );
    await storeSpans(spoor, finished);
    await sendLogs(spoor, [reportRecord(running(traceId), REPORTS)]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("nothing hangs, and the slowest of what runs is named with the way to it", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const now = page.getByRole("region", { name: "Now" });
        await now
          .getByText(/^Nothing is hanging\. Slowest running request: GET \/report of .*s \(p33\)\./)
          .waitFor();
        await keepPicture(page, `now-calm-${colorScheme}`);
        await assertAccessible(page);
        await now.getByRole("link", { name: "Show it" }).click();
        await page.waitForURL(`**/t/${traceId}?s=*`);
        await page.locator(".bar-open").waitFor();
      };
      await withPage(browser, spoor.url, visit, { colorScheme });
    }
  });
});
