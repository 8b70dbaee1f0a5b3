/*
 * What the page of a trace may cost, measured: CPU time of the main thread, which other programs on
 * the machine do not add to, as the median of several visits. The same for any viewer of traces
 * that says how it is used.
 */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { type MainThread, measureMainThread } from "./main-thread.ts";

/** A budget, and the medians that were measured. */
export interface TraceCosts {
  /** From nothing to all rows, with the overview painted. */
  readonly loadSeconds: number;
  /** A step of 400 pixels, in the frame in which it happens. */
  readonly scrollMs: number;
  /** A click on a row, to its detail on the screen. */
  readonly detailMs: number;
  /** Elements of the tree, and of the whole page. */
  readonly treeElements: number;
  readonly pageElements: number;
}

/** The page of a trace in some viewer, and how it is used. */
export interface TraceViewer {
  readonly url: string;
  /** What holds the rows. */
  readonly tree: string;
  /** Until nothing is asked of the server any more and all is painted. */
  readonly settled: (page: Page) => Promise<void>;
  /** Scrolls so many steps of 400 pixels, a frame for each. */
  readonly scroll: (page: Page, stepCount: number) => Promise<void>;
  /** Opens and closes the detail of so many rows. */
  readonly openDetails: (page: Page, count: number) => Promise<void>;
}

const VISITS = 3;
const SCROLL_STEPS = 30;
const DETAILS = 5;
const WAIT_MS_MAX = 60_000;

/** Visits the page several times. */
export async function measureViewer(browser: Browser, viewer: TraceViewer): Promise<TraceCosts> {
  const visits: TraceCosts[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) visits.push(await visitOnce(browser, viewer));
  const of = (key: keyof TraceCosts): number => median(visits.map((each) => each[key]));
  return {
    loadSeconds: of("loadSeconds"),
    scrollMs: of("scrollMs"),
    detailMs: of("detailMs"),
    treeElements: Math.max(...visits.map(({ treeElements }) => treeElements)),
    pageElements: Math.max(...visits.map(({ pageElements }) => pageElements)),
  };
}

async function visitOnce(browser: Browser, viewer: TraceViewer): Promise<TraceCosts> {
  await using context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  const mainThread = await measureMainThread(page);
  await page.goto(viewer.url);
  await viewer.settled(page);
  const loadSeconds = await mainThread.cpuSeconds();
  const scrolled = await costOf(mainThread, () => viewer.scroll(page, SCROLL_STEPS));
  const detailed = await costOf(mainThread, () => viewer.openDetails(page, DETAILS));
  return {
    loadSeconds,
    scrollMs: (scrolled * 1000) / SCROLL_STEPS,
    detailMs: (detailed * 1000) / DETAILS,
    treeElements: await page.locator(`${viewer.tree} *`).count(),
    pageElements: await page.locator("*").count(),
  };
}

async function costOf(mainThread: MainThread, work: () => Promise<void>): Promise<number> {
  const before = await mainThread.cpuSeconds();
  await work();
  return (await mainThread.cpuSeconds()) - before;
}

/** Two frames after everything that was to be done. */
export async function isIdle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestIdleCallback(() => requestAnimationFrame(() => resolve()), { timeout: 2000 });
      }),
  );
}

/** Spoor's own page of a trace, whose root span has that id. */
export function spoorViewer(
  spoorUrl: string,
  { traceId, rootId }: { readonly traceId: string; readonly rootId: string },
): TraceViewer {
  return {
    url: `${spoorUrl}/t/${traceId}`,
    tree: "[role=treegrid]",
    settled: async (page) => {
      await page.locator(`[role=treegrid] [data-key="${rootId}"]`).waitFor();
      await page.locator(".live-mark.is-open").waitFor();
      await page.locator(".minimap canvas").waitFor();
      await isIdle(page);
    },
    scroll,
    openDetails,
  };
}

/** Also sees to it that the rows are there in the very frame in which the page has scrolled. */
async function scroll(page: Page, stepCount: number): Promise<void> {
  const emptyCount = await page.evaluate(async (steps) => {
    const grid = document.querySelector("[role=treegrid]");
    if (grid === null) throw new Error("there is no tree");
    let count = 0;
    for (let step = 0; step < steps; step += 1) {
      grid.scrollTop += 400;
      await new Promise<void>((resolve) => {
        requestAnimationFrame(() => resolve());
      });
      const { left, top, height } = grid.getBoundingClientRect();
      const middle = document.elementFromPoint(left + 100, top + height / 2);
      if (middle?.closest("[data-index]") === null) count += 1;
    }
    return count;
  }, stepCount);
  assert.equal(emptyCount, 0, "steps after which the middle of the tree was empty");
}

async function openDetails(page: Page, count: number): Promise<void> {
  for (let detail = 0; detail < count; detail += 1) {
    const name = await page.evaluate((nth) => {
      const row = document.querySelectorAll<HTMLElement>("[data-index]")[nth];
      const title = row?.querySelector<HTMLElement>(".span-title");
      title?.click();
      return title?.textContent ?? "";
    }, detail + 8);
    await page.locator("aside.detail h2", { hasText: name }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("aside.detail").waitFor({ state: "detached" });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
