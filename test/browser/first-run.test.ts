/* What a new user sees: the page before the first span, and how it changes by itself. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { connect } from "node:net";
import { after, before, suite, test } from "node:test";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { checkout, sendSpans, spansOf } from "./sent-traces.ts";

const CLI = new URL("../../packages/cli/bin/spoor.js", import.meta.url).pathname;
const LANGUAGES = [
  "Node",
  "Node, official",
  "Python",
  "Go",
  "Java",
  ".NET",
  "Ruby",
  "PHP",
  "Rust",
  "Anything else",
];

// One after the other: the last of them ends the state that the others are about.
suite("before the first span", { skip: chromiumMissing }, () => {
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("the page says where spans are taken, and is accessible in both schemes", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const text = await page.locator(".first-run").innerText();
        assert.match(text, /Nothing has arrived yet\./);
        assert.ok(text.includes(`localhost:${spoor.grpcPort} (gRPC)`), text);
        assert.ok(text.includes(`localhost:${spoor.httpPort} (HTTP)`), text);
        assert.ok(text.includes("npm run demo"), text);
        assert.match(text, / since \d\d:\d\d:\d\d/);
        await keepPicture(page, `first-run-${colorScheme}`);
        await assertAccessible(page);
      };
      await withPage(browser, spoor.url, visit, { colorScheme });
    }
  });

  test("each language has three lines, with the port that takes them", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const choices = page.getByRole("group", { name: "Language" });
      await choices.waitFor();
      assert.deepEqual(await choices.getByRole("button").allInnerTexts(), LANGUAGES);
      for (const name of LANGUAGES) {
        await choices.getByRole("button", { name, exact: true }).click();
        const lines = await page.getByLabel(`Three lines for ${name}`, { exact: true }).innerText();
        assert.equal(lines.split("\n").length, 3, name);
        assert.ok(lines.includes(`OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${spoor.httpPort}`));
      }
    });
  });

  test("a client that connects and sends nothing is seen", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.locator(".first-run").waitFor();
      const socket = connect(spoor.httpPort, "127.0.0.1");
      const notice = page.locator(".first-run-notice", { hasText: "A client connected" });
      await notice.waitFor();
      assert.match(await notice.innerText(), /from 127\.0\.0\.1:\d+ but sent no spans/);
      assert.match(await notice.innerText(), /spoor doctor/);
      socket.destroy();
      await assertAccessible(page);
    });
  });

  test("HTTP/1.1 on the port of gRPC is named as the mistake that it is", async () => {
    await withPage(browser, spoor.url, async (page) => {
      await page.locator(".first-run").waitFor();
      const url = `http://127.0.0.1:${spoor.grpcPort}/v1/traces`;
      await fetch(url, { method: "POST", body: "{}" }).catch(() => "refused, as it should be");
      const notice = page.locator(".first-run-notice", { hasText: "refused" });
      await notice.waitFor();
      assert.match(await notice.innerText(), new RegExp(String(spoor.httpPort)));
      await assertAccessible(page);
    });
  });

  test("the command that the page offers turns it into the list, without a reload", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const command = page.locator(".command", { hasText: "spoor doctor" });
      const [npx, name, ...args] = (await command.locator("code").innerText()).split(" ");
      assert.deepEqual([npx, name], ["npx", "spoor"]);
      await promisify(execFile)(process.execPath, [CLI, ...args]);
      await page.getByRole("link", { name: "canary over OTLP/HTTP" }).waitFor();
      assert.equal(await page.locator(".first-run").count(), 0);
      const first = page.locator(".first-trace");
      assert.match(await first.innerText(), /First trace received from spoor-doctor \(1 span\)/);
      await assertAccessible(page);
    });
  });

  test("the first trace of an application comes in by itself", async () => {
    await withPage(browser, spoor.url, async (page) => {
      const sent = checkout();
      await page.locator("a[data-trace-row]").first().waitFor();
      await sendSpans(spoor, spansOf(sent));
      await page.getByRole("link", { name: sent.root.name }).waitFor();
    });
  });
});
