/*
 * Who a process is: command without values, executable, unit or container, parent, start.
 *
 * Everything is read from `/proc/<pid>`, most of which everybody may read. What may not be read is
 * left out. The environment is searched for two names only; nothing else of it is looked at.
 */
import { readFile, readlink } from "node:fs/promises";
import type { ProcessIdentity } from "@spoor/trace";
import { known } from "../base/known.ts";
import { shownCommand } from "./command-line.ts";
import { parseControlGroup } from "./control-group.ts";

/** Ticks of the clock in `/proc/<pid>/stat` per second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100n;

/** The process; undefined when it has ended. */
export async function describeProcess(
  pid: number,
  procPath = "/proc",
): Promise<ProcessIdentity | undefined> {
  const read = (name: string) => readFile(`${procPath}/${pid}/${name}`, "utf8").catch(() => "");
  const stat = parseStat(await read("stat"));
  if (stat === undefined) return undefined;
  const [commandLine, status, cgroup, environment, bootText, executable] = await Promise.all([
    read("cmdline"),
    read("status"),
    read("cgroup"),
    read("environ"),
    readFile(`${procPath}/stat`, "utf8").catch(() => ""),
    readlink(`${procPath}/${pid}/exe`).catch(() => undefined),
  ]);
  const parentLine =
    stat.parentPid > 1
      ? await readFile(`${procPath}/${stat.parentPid}/cmdline`, "utf8").catch(() => "")
      : "";
  const environmentOf = (name: string) =>
    environment
      .split("\0")
      .find((entry) => entry.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  return {
    pid,
    ...shownCommand(wordsOf(commandLine, stat.name)),
    ...parseControlGroup(cgroup),
    ...known({
      executable,
      uid: numberAfter(status, "Uid:"),
      serviceName: environmentOf("OTEL_SERVICE_NAME"),
      podName: environmentOf("POD_NAME"),
      startedUnixNano: startedUnixNano(bootText, stat.startTicks),
      parentPid: stat.parentPid > 1 ? stat.parentPid : undefined,
      parentCommand: parentLine === "" ? undefined : shownCommand(wordsOf(parentLine, "")).command,
    }),
  };
}

/** The words of a command line; the short name for a thread of the kernel, which has none. */
function wordsOf(commandLine: string, name: string): string[] {
  const words = commandLine.replace(/\0+$/u, "").split("\0");
  return words.length === 1 && words[0] === "" ? [name] : words;
}

interface Stat {
  readonly name: string;
  readonly parentPid: number;
  readonly startTicks: bigint;
}

/** The name stands between parentheses and may have some itself. Source: proc_pid_stat(5). */
function parseStat(text: string): Stat | undefined {
  const end = text.lastIndexOf(")");
  const cells = text.slice(end + 2).split(" ");
  const startTicks = cells[19];
  if (end < 0 || startTicks === undefined) return undefined;
  return {
    name: text.slice(text.indexOf("(") + 1, end),
    parentPid: Number(cells[1]),
    startTicks: BigInt(startTicks),
  };
}

function startedUnixNano(systemStat: string, startTicks: bigint): bigint | undefined {
  const bootSeconds = numberAfter(systemStat, "btime");
  if (bootSeconds === undefined) return undefined;
  return BigInt(bootSeconds) * 1_000_000_000n + (startTicks * 1_000_000_000n) / TICKS_PER_SECOND;
}

function numberAfter(text: string, word: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(word));
  const value = Number(line?.slice(word.length).trim().split(/\s+/u)[0] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}
