/*
 * Loaded into the server that is measured, before anything else (`--import`). From one SIGUSR2 to
 * the next it looks every 10 ms how late the event loop of the main thread is, and how much CPU
 * time the thread used since the look before; then it writes what it saw and begins anew. What a
 * late loop did not compute itself it waited for a core. An entry point, started by LoopDelay.
 */
import { renameSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { LOOK_EVERY_MS, type LoopLook, RESULT_PATH_VARIABLE } from "./loop-look.ts";

const resultPath = process.env[RESULT_PATH_VARIABLE];

// The engine's process and the workers get the same options.
if (isMainThread && process.argv[2] === "up" && resultPath !== undefined) {
  let timer: NodeJS.Timeout | undefined;
  let looks: LoopLook[] = [];
  process.on("SIGUSR2", () => {
    if (timer === undefined) {
      looks = [];
      timer = startLooking((look) => looks.push(look));
      return;
    }
    clearInterval(timer);
    timer = undefined;
    // Renamed, so that whoever waits for the file finds all of it.
    writeFileSync(`${resultPath}.part`, JSON.stringify(looks));
    renameSync(`${resultPath}.part`, resultPath);
  });
}

function startLooking(onLook: (look: LoopLook) => void): NodeJS.Timeout {
  let atMs = performance.now();
  let cpuMs = threadCpuMs();
  return setInterval(() => {
    const [nowMs, nowCpuMs] = [performance.now(), threadCpuMs()];
    onLook({ lateMs: Math.max(0, nowMs - atMs - LOOK_EVERY_MS), cpuMs: nowCpuMs - cpuMs });
    [atMs, cpuMs] = [nowMs, nowCpuMs];
  }, LOOK_EVERY_MS);
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
