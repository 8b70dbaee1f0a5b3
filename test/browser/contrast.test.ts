/* Every page for people who ask for more contrast, or bring colours of their own. */
import { after, before, suite, test } from "node:test";
import type { Browser } from "playwright-core";
import { lockHang, sendLogs } from "../live/lock-hang.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { shopRequests } from "./sent-shop.ts";
import { storeSpans } from "./sent-traces.ts";

suite("with other contrast", { skip: chromiumMissing }, () => {
  const requests = shopRequests({
    requestCount: 40,
    agoSeconds: 1200,
    slowEvery: 5,
    areSlowFailing: true,
  });
  const [first, second] = requests;
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor({ useMemoryStore: true })]);
    await storeSpans(
      spoor,
      requests.flatMap(({ spans }) => spans),
    );
    await sendLogs(spoor, lockHang().records);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  const pages = [
    ["home", "/", ".now-holder"],
    ["explore", "/explore?lines=percentiles", ".difference-keys"],
    ["compare", `/compare?a=${first?.traceId}&b=${second?.traceId}`, ".comparison-sentence"],
    ["health", "/health", ".health-card"],
    ["trace", `/t/${first?.traceId}`, "[role=treegrid]"],
  ] as const;
  const looks = {
    "more contrast, light": { contrast: "more", colorScheme: "light" },
    "more contrast, dark": { contrast: "more", colorScheme: "dark" },
    "colours of the system": { forcedColors: "active", colorScheme: "dark" },
  } as const;
  for (const [look, media] of Object.entries(looks)) {
    const hasForcedColours = "forcedColors" in media;
    test(`all pages are accessible with ${look}`, async () => {
      for (const [name, path, ready] of pages) {
        await withPage(browser, "about:blank", async (page) => {
          await page.emulateMedia(media);
          await page.goto(spoor.url + path);
          await page.locator(ready).first().waitFor();
          await keepPicture(page, `${name}-${look.replaceAll(/\W+/g, "-")}`);
          await assertAccessible(page, { hasForcedColours });
        });
      }
    });
  }
});
