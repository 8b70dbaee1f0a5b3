import { readdir, readlink } from "node:fs/promises";

/** A network namespace, by one process that is in it. */
export interface NetworkNamespace {
  /** Where its tables lie: `/proc/4711/net`. */
  readonly tablesDirectory: string;
  /** Absent for the namespace of this process where the kernel does not say its name. */
  readonly name: string | undefined;
}

/** All namespaces that this process may see. */
export interface NetworkNamespaces {
  /** Our own first. */
  readonly namespaces: readonly NetworkNamespace[];
  /** Processes whose namespace may not be seen, because they belong to others. */
  readonly deniedCount: number;
}

/** The process ids in `procPath`, ascending. */
export async function processIds(procPath: string): Promise<number[]> {
  const names = await readdir(procPath).catch((): string[] => []);
  return names
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .sort((left, right) => left - right);
}

/** Every distinct network namespace on this machine, each by the first process that is in it. */
export async function networkNamespaces(procPath: string): Promise<NetworkNamespaces> {
  const nameOf = (pid: number | string) =>
    readlink(`${procPath}/${pid}/ns/net`).catch((error: unknown) => codeOf(error));
  const own = await nameOf("self");
  const seen = new Set([own]);
  const namespaces: NetworkNamespace[] = [
    { tablesDirectory: `${procPath}/self/net`, name: own.startsWith("net:") ? own : undefined },
  ];
  let deniedCount = 0;
  for (const pid of await processIds(procPath)) {
    const name = await nameOf(pid);
    if (name === "EACCES" || name === "EPERM") deniedCount += 1;
    // Anything else that is no name is a process that has just ended, or a thread of the kernel.
    if (!name.startsWith("net:") || seen.has(name)) continue;
    seen.add(name);
    namespaces.push({ tablesDirectory: `${procPath}/${pid}/net`, name });
  }
  return { namespaces, deniedCount };
}

/** The code of a system error, `EACCES`; the empty text for anything else. */
export function codeOf(error: unknown): string {
  const hasCode = typeof error === "object" && error !== null && "code" in error;
  return hasCode && typeof error.code === "string" ? error.code : "";
}
