import { setTimeout as pause } from "node:timers/promises";
import type { SpoorProcess } from "../../test/spoor-process.ts";
import { treeCpuSeconds } from "./process-tree.ts";

const WINDOW_MS = 500;
/** Of one core. A server that does nothing uses a third of it. */
const IDLE_SHARE_MAX = 0.15;
const IDLE_WINDOWS = 3;
const STORED_MS_MAX = 300_000;

/** Resolves when every acknowledged span is in the answers. */
export async function untilStored(server: SpoorProcess, traceId: string): Promise<void> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < STORED_MS_MAX) {
    // The answer for a trace is complete when nothing acknowledged before the question is missing.
    const response = await fetch(`${server.url}/api/v1/traces/${traceId}`);
    const answer: unknown = await response.json();
    if (response.ok && isComplete(answer)) return;
    await pause(WINDOW_MS / 10);
  }
  throw new Error(`the server has not stored everything after ${STORED_MS_MAX} ms`);
}

function isComplete(answer: unknown): boolean {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "complete" in answer &&
    answer.complete === true
  );
}

/**
 * Resolves with true when the server and its engine have stopped working, which includes merges;
 * with false when they have not after `waitMsMax`.
 */
export async function untilQuiet(pid: number, waitMsMax: number): Promise<boolean> {
  const startedMs = performance.now();
  for (let idleWindows = 0; idleWindows < IDLE_WINDOWS;) {
    if (performance.now() - startedMs > waitMsMax) return false;
    const before = treeCpuSeconds(pid);
    await pause(WINDOW_MS);
    const share = (treeCpuSeconds(pid) - before) / (WINDOW_MS / 1000);
    idleWindows = share <= IDLE_SHARE_MAX ? idleWindows + 1 : 0;
  }
  return true;
}
