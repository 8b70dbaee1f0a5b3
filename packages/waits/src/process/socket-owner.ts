import { readdir, readlink, stat } from "node:fs/promises";
import { codeOf, processIds } from "../sockets/network-namespaces.ts";

/** The processes that have a socket open. */
export interface SocketOwners {
  /** Ascending; several when a process passed the socket on to its children. */
  readonly pids: readonly number[];
  /** Processes that may not be looked into. */
  readonly deniedCount: number;
  /** The time was over before all processes were looked into. */
  readonly isCutOff: boolean;
}

/** What is looked for. */
export interface SocketSearch {
  readonly procPath: string;
  readonly inode: number;
  /** Processes of this user are looked into first. */
  readonly uid?: number;
  readonly isTimeOver: () => boolean;
}

/**
 * Looks through the open files of all processes, those of the socket's user first, until the first
 * user whose processes have it.
 */
export async function socketOwners(search: SocketSearch): Promise<SocketOwners> {
  const { procPath, uid } = search;
  const own: number[] = [];
  const others: number[] = [];
  for (const pid of await processIds(procPath)) {
    const owner = await stat(`${procPath}/${pid}`).catch(() => undefined);
    // A process that has just ended has no owner and no files.
    if (owner === undefined) continue;
    // One that may not be dumped belongs to root here, whoever runs it: hence the second list.
    (uid === undefined || owner.uid === uid ? own : others).push(pid);
  }
  let deniedCount = 0;
  for (const pids of [own, others]) {
    const found: number[] = [];
    for (const pid of pids) {
      if (search.isTimeOver()) return { pids: found, deniedCount, isCutOff: true };
      const answer = await hasSocket(search, pid);
      if (answer === "denied") deniedCount += 1;
      if (answer === "yes") found.push(pid);
    }
    if (found.length > 0) return { pids: found, deniedCount, isCutOff: false };
  }
  return { pids: [], deniedCount, isCutOff: false };
}

async function hasSocket(
  { procPath, inode }: SocketSearch,
  pid: number,
): Promise<"yes" | "no" | "denied"> {
  const sockets = await socketInodes(procPath, pid);
  if (sockets === "denied") return "denied";
  return sockets.includes(inode) ? "yes" : "no";
}

/** The inodes of the sockets that a process has open; none for one that has ended. */
export async function socketInodes(procPath: string, pid: number): Promise<number[] | "denied"> {
  const directory = `${procPath}/${pid}/fd`;
  try {
    const names = await readdir(directory);
    const targets = await Promise.all(
      // A file that was closed meanwhile is not the one.
      names.map((name) => readlink(`${directory}/${name}`).catch(() => "")),
    );
    return targets.flatMap((target) => {
      const inode = /^socket:\[(\d+)\]$/u.exec(target)?.[1];
      return inode === undefined ? [] : [Number(inode)];
    });
  } catch (error) {
    return codeOf(error) === "EACCES" || codeOf(error) === "EPERM" ? "denied" : [];
  }
}
