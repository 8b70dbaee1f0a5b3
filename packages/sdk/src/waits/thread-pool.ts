/*
 * Whether the thread pool of this process is full: a task of nothing is given to it, and does not
 * come back. Files, names, zlib and most of crypto share its few threads.
 */
import { readdirSync, readFileSync, stat } from "node:fs";
import type { WaitEvidence } from "@spoor/trace";
import { THREAD_POOL_PROBE_MS } from "./limits.ts";
import { evidence, seen } from "./report-fields.ts";

/** What is waited for by way of the thread pool, as Node calls it. */
const ITS_WORK = /^(?:FS|GetAddrInfo|GetNameInfo)Req/u;

/** Asks whether a thread is free. Several questions at once are one. */
export class ThreadPool {
  #probing: Promise<boolean> | undefined;

  /** False when no thread took the task in THREAD_POOL_PROBE_MS. */
  async isFree(): Promise<boolean> {
    this.#probing ??= probe().finally(() => {
      this.#probing = undefined;
    });
    return await this.#probing;
  }
}

/** Whether anything waits for a name, or for anything else of the pool, now. */
export function poolWork(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => ITS_WORK.test(name));
}

/** Whether a name is being resolved now. */
export function isResolving(): boolean {
  return process.getActiveResourcesInfo().includes("GetAddrInfoReqWrap");
}

async function probe(): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), THREAD_POOL_PROBE_MS);
    timer.unref();
    stat("/", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** What the threads of the pool do, where the kernel tells. */
export function threadEvidence(): WaitEvidence[] {
  const size = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  const facts = [
    seen("fs.stat", `a task of nothing waited for more than ${THREAD_POOL_PROBE_MS} ms`),
  ];
  const states = workerStates();
  if (states.length === 0) return facts;
  const computing = states.filter((state) => state === "R").length;
  const fact = `${computing} of ${size} threads compute, as crypto and zlib do; the others wait`;
  return [...facts, evidence("probable", "/proc/self/task", fact)];
}

/** Read at once: whatever is read otherwise needs a thread of the pool. */
function workerStates(): string[] {
  try {
    return readdirSync("/proc/self/task").flatMap((id) => {
      const text = readFileSync(`/proc/self/task/${id}/stat`, "utf8");
      const state = /\(libuv-worker\) (\S)/u.exec(text)?.[1];
      return state === undefined ? [] : [state];
    });
  } catch {
    // Not Linux, or a thread that has just ended: nobody tells.
    return [];
  }
}
