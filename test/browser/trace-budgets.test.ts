/* What the page of a trace costs: docs/guides/benchmarks.md says how to measure more of it. */
import assert from "node:assert/strict";
import { after, before, suite, test, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { chromiumMissing, openBrowser } from "./browser.ts";
import { sendGeneratedTrace } from "./generated-trace.ts";
import { measureViewer, spoorViewer, type TraceCosts } from "./trace-budgets.ts";

const SCROLL_MS_MAX = 12;
const DETAIL_MS_MAX = 60;
const TREE_ELEMENTS_MAX = 600;

/** What else runs on the machine can only add to the cost: a page that is too slow is so always. */
const ATTEMPTS = 3;

suite("the budgets of the page of a trace", { skip: chromiumMissing }, () => {
  let browser: Browser;
  let spoor: SpoorProcess;
  before(async () => {
    [browser, spoor] = await Promise.all([openBrowser(), startSpoor()]);
  });
  after(() => Promise.all([browser.close(), spoor.stop()]));

  async function check(
    context: TestContext,
    { count, loadSecondsMax }: { readonly count: number; readonly loadSecondsMax: number },
  ): Promise<void> {
    const trace = await sendGeneratedTrace(spoor, count);
    const missed: string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const costs = await measureViewer(browser, spoorViewer(spoor.url, trace));
      context.diagnostic(costsText(costs));
      assert.ok(costs.treeElements <= TREE_ELEMENTS_MAX, `elements: ${costsText(costs)}`);
      const isWithin =
        costs.loadSeconds <= loadSecondsMax &&
        costs.scrollMs <= SCROLL_MS_MAX &&
        costs.detailMs <= DETAIL_MS_MAX;
      if (isWithin) return;
      missed.push(costsText(costs));
    }
    assert.fail(`over the budget each time:\n${missed.join("\n")}`);
  }

  test("1,000 spans", (context) => check(context, { count: 1_000, loadSecondsMax: 0.35 }));

  test("100,000 spans", (context) => check(context, { count: 100_000, loadSecondsMax: 0.5 }));

  const isLong = process.env["SPOOR_UI_BUDGETS"] === "all";
  const skip = isLong ? false : "sending a million spans takes a minute: npm run ui:budgets";
  test("1,000,000 spans", { skip }, (context) =>
    check(context, { count: 1_000_000, loadSecondsMax: 0.8 }),
  );
});

function costsText({ loadSeconds, scrollMs, detailMs, treeElements }: TraceCosts): string {
  const [scroll, detail] = [scrollMs.toFixed(1), detailMs.toFixed(1)];
  return `loaded ${loadSeconds.toFixed(3)} s, scroll step ${scroll} ms, detail ${detail} ms, ${treeElements} elements`;
}
