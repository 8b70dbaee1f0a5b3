import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The first directory in which all of `names` are executable. */
export async function directoryWith(
  names: readonly string[],
  directories: readonly string[],
): Promise<string | undefined> {
  for (const directory of directories) {
    const found = await Promise.all(names.map((name) => isExecutable(join(directory, name))));
    if (found.every(Boolean)) return directory;
  }
  return undefined;
}

/** The directories of PATH. */
export function pathDirectories(): string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not executable: either way, no.
    return false;
  }
}
