/* What a page costs: the CPU time of its main thread, to which other programs do not add. */
import type { CDPSession, Page } from "playwright-core";

/** CPU time of the main thread of a page. */
export interface MainThread {
  /** Seconds since the page was opened. */
  cpuSeconds(): Promise<number>;
}

/** Begins to measure; to be called before the page is opened. */
export async function measureMainThread(page: Page): Promise<MainThread> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return {
    async cpuSeconds() {
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
    },
  };
}
