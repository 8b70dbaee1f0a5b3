import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  readonly commandName: string;
}

/** `st` of a listening socket in /proc/net/tcp (Linux, include/net/tcp_states.h, TCP_LISTEN). */
const TCP_LISTEN = "0A";

/**
 * Finds out who listens on a TCP port of this machine, by way of /proc.
 *
 * Undefined where that cannot be known: not on Linux, or another user's process. Cost: a read of
 * every process's descriptors; only called when a port is taken.
 */
export function findPortHolder(port: number): PortHolder | undefined {
  try {
    const inodes = new Set(
      ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => inodesOf(file, port)),
    );
    for (const entry of readdirSync("/proc")) {
      const pid = Number(entry);
      if (Number.isInteger(pid) && holdsSocket(pid, inodes))
        return { pid, commandName: nameOf(pid) };
    }
  } catch {
    // No /proc on this system: the error about the port is given without the holder.
  }
  return undefined;
}

function inodesOf(file: string, port: number): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === TCP_LISTEN && portOf(fields[1] ?? "") === port)
    .map((fields) => fields[9] ?? "");
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    // Another user's process, or one that has just ended.
    return false;
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor was closed in between.
    return "";
  }
}

/** Program and script without their folders and without arguments, which may hold secrets. */
function nameOf(pid: number): string {
  const [program = "", script = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  if (program === "") return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  const words = script === "" || script.startsWith("-") ? [program] : [program, script];
  return words.map((word) => basename(word)).join(" ");
}
