/*
 * What a process and everything it started use, from /proc (Linux): CPU time of all threads, and
 * memory that is its own, without files that are mapped.
 */
import { readdirSync, readFileSync } from "node:fs";

/** What proc_pid_stat(5) counts CPU time in: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const KIB_PER_MIB = 1024;

/** The process and all its descendants. */
function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)];
}

/** The processes that `pid` started and that run. */
export function childrenOf(pid: number): number[] {
  return listed(`/proc/${pid}/task`).flatMap((task) =>
    readText(`/proc/${pid}/task/${task}/children`)
      .split(" ")
      .filter((child) => child.trim() !== "")
      .map(Number),
  );
}

/** CPU seconds that a process has used, with what its ended children had used. */
function cpuSeconds(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  // Behind the name, which may contain anything: fields 14 and 15 of proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

/** CPU seconds of the process and all its descendants. */
export function treeCpuSeconds(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + cpuSeconds(each), 0);
}

/** CPU seconds of the descendants alone: for a server, of its engine. */
export function childrenCpuSeconds(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + treeCpuSeconds(child), 0);
}

/** Memory of the process and all its descendants that no file stands behind. */
export function treeAnonymousMiB(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + anonymousMiB(each), 0);
}

function anonymousMiB(pid: number): number {
  const found = /^RssAnon:\s+(\d+) kB$/mu.exec(readText(`/proc/${pid}/status`));
  return Number(found?.[1] ?? 0) / KIB_PER_MIB;
}

/** Empty when the process is gone. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
