/*
 * The other end of a Unix socket. The kernel tells it only over netlink, which `ss` of iproute2
 * speaks and Node does not.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PROGRAM_MS_MAX, PROGRAM_OUTPUT_BYTES_MAX } from "../base/limits.ts";
import { codeOf } from "./network-namespaces.ts";

/** The inode at the other end of one of `inodes`; else why there is none. */
export async function peerInode(inodes: readonly number[]): Promise<number | string> {
  try {
    const { stdout } = await promisify(execFile)("ss", ["-xnH", "state", "connected"], {
      timeout: PROGRAM_MS_MAX,
      maxBuffer: PROGRAM_OUTPUT_BYTES_MAX,
    });
    const peer = findPeer(stdout, inodes);
    return peer ?? "it came over a Unix socket whose other end is closed or in another namespace";
  } catch (error) {
    if (codeOf(error) === "ENOENT")
      return "it came over a Unix socket, and ss is not installed here";
    return "it came over a Unix socket, and ss failed";
  }
}

/**
 * The peer in the output of `ss -xnH`. A line ends with the local path, its inode, `*` and the
 * peer's inode; paths may have spaces. The accepted end has the path, and that is the database's.
 */
export function findPeer(output: string, inodes: readonly number[]): number | undefined {
  for (const line of output.split("\n")) {
    const match = /\s(\S*)\s+(\d+)\s+\*\s+(\d+)\s*$/u.exec(line);
    if (match === null || !inodes.includes(Number(match[2]))) continue;
    const peer = Number(match[3]);
    // The sockets that a server has between its own processes have no path: they show as `*`.
    if (match[1] !== "*" && peer > 0) return peer;
  }
  return undefined;
}
