/* Spans whose parent never arrived: why that may be, in a real browser and in the command. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Span, SpanKind, systemClock } from "@spoor/trace";
import type { Browser, Page } from "playwright-core";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { assertAccessible, chromiumMissing, openBrowser, withPage } from "./browser.ts";
import { keepPicture } from "./keep-picture.ts";
import { serviceResource, storeSpans } from "./sent-traces.ts";

const CLI_PATH = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));
const MS = 1_000_000n;
/** Long enough that no parent can still be on its way. */
const AGO_NANO = 300_000n * MS;

/** A request that ended so long ago; its caller keeps one trace in four. */
function request(agoNano: bigint): readonly [Span, Span, Span] {
  const traceId = randomBytes(16).toString("hex");
  const end = systemClock.nowUnixNano() - agoNano;
  const call = exampleSpan({
    traceId,
    name: "GET /stock",
    kind: SpanKind.client,
    traceState: "ot=th:c",
    startTimeUnixNano: end - 100n * MS,
    endTimeUnixNano: end,
    resource: serviceResource("web"),
  });
  const below = { traceId, resource: serviceResource("stock"), traceState: "ot=th:0" };
  const served = exampleSpan({
    ...call,
    ...below,
    spanId: randomBytes(8).toString("hex"),
    parentSpanId: call.spanId,
    kind: SpanKind.server,
    startTimeUnixNano: end - 95n * MS,
    endTimeUnixNano: end - 5n * MS,
  });
  const query = exampleSpan({
    ...served,
    spanId: randomBytes(8).toString("hex"),
    parentSpanId: served.spanId,
    name: "SELECT stock",
    kind: SpanKind.client,
    startTimeUnixNano: end - 90n * MS,
    endTimeUnixNano: end - 10n * MS,
  });
  return [call, served, query];
}

suite("parents that never arrived", { skip: chromiumMissing }, () => {
  const [call, served, query] = request(AGO_NANO);
  const sampledOut = "probably sampled out: web keeps 25 % of traces, and stock decided for itself";
  let browser: Browser;
  let spoor: SpoorProcess;
  let url = "";
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
    const others = Array.from({ length: 3 }, () => request(AGO_NANO + 1000n * MS)).flat();
    await storeSpans(spoor, [served, query, ...others]);
    url = `${spoor.url}/t/${served.traceId}`;
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  test("the line of the parent says the likely reason, and its detail on what evidence", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const visit = async (page: Page): Promise<void> => {
        const ghost = page.locator(`[data-key="parent-${call.spanId}"]`);
        await ghost.getByText(sampledOut).waitFor();
        const spoken = (await ghost.getAttribute("aria-label")) ?? "";
        assert.match(spoken, /never arrived: probably sampled out/);
        await page.keyboard.press("Home");
        await page.keyboard.press("Enter");
        const detail = page.getByRole("complementary", { name: "Parent detail" });
        await detail.getByText("sampled_out").waitFor();
        await detail.getByText("trace state: web keeps 25 %, stock keeps 100 %").waitFor();
        await detail.getByText(/web stands above 3 of 3 other spans GET \/stock/).waitFor();
        await detail.getByRole("button", { name: "Copy span id" }).waitFor();
        await keepPicture(page, `lost-parent-${colorScheme}`);
        await assertAccessible(page);
        await detail.getByRole("button", { name: "GET /stock" }).click();
        await page.getByRole("complementary", { name: "Span detail" }).waitFor();
        await page.locator(`[data-key="${served.spanId}"].is-selected`).waitFor();
      };
      await withPage(browser, url, visit, { colorScheme });
    }
  });

  test("the tree, which has no time, says it beside the name", async () => {
    await withPage(browser, `${url}?v=tree`, async (page) => {
      await page.locator(`[data-key="parent-${call.spanId}"]`).getByText(sampledOut).waitFor();
      await assertAccessible(page);
    });
  });

  test("a parent that may still come is not given up, and is shown when it comes", async () => {
    const [late, ...early] = request(0n);
    const plain = early.map((span) =>
      Object.assign({}, span, { name: `new ${span.name}`, traceState: "" }),
    );
    await storeSpans(spoor, plain);
    await withPage(browser, `${spoor.url}/t/${late.traceId}`, async (page) => {
      const ghost = page.locator(`[data-key="parent-${late.spanId}"]`);
      await ghost.getByText(/probably it is still open, or on its way/).waitFor();
      await storeSpans(spoor, [late]);
      await ghost.waitFor({ state: "detached" });
      await page.locator(`[data-key="${late.spanId}"]`).waitFor();
    });
  });

  test("the command says the same, in the tree and in its reasons", async () => {
    const env = { ...process.env, NO_COLOR: "1", SPOOR_URL: spoor.url, LC_ALL: "C.UTF-8" };
    const spoorSays = async (...args: readonly string[]): Promise<string> =>
      (await promisify(execFile)(process.execPath, [CLI_PATH, ...args], { env })).stdout;
    const shown = await spoorSays("show", served.traceId);
    assert.match(
      shown,
      new RegExp(`^\\? parent ${call.spanId} missing\\n┆ {3}${sampledOut}$`, "m"),
    );
    const why = await spoorSays("why", served.traceId);
    assert.match(why, /^Parents that never arrived:\nparent/m);
    assert.match(why, /sampled_out \(probable\): trace state: web keeps 25 %/);
  });
});
