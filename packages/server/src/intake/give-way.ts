import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/**
 * Lets other threads, also those of this process, go before the one that calls this, by a niceness
 * from 0 to 19: `man 7 sched`. Only Linux gives threads a priority of their own; elsewhere, and
 * where `/proc` is not there, nothing changes.
 */
export function giveWay(niceness: number): void {
  try {
    // The id of the thread, which Linux takes wherever it takes that of a process.
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), niceness);
  } catch {
    // Everything runs as before, only less evenly while both cores are busy.
  }
}
