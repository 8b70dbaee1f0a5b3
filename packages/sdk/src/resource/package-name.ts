import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a package.json says about an application. */
export interface ApplicationPackage {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/**
 * The nearest package.json with a name, from the folder of the started file upwards, or from the
 * working folder when no file was started.
 */
export function findApplicationPackage(start: string): ApplicationPackage | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = readPackage(join(folder, "package.json"));
    if (found?.name !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

function readPackage(path: string): ApplicationPackage | undefined {
  try {
    const document: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof document !== "object" || document === null) return undefined;
    return {
      name: "name" in document ? textOf(document.name) : undefined,
      version: "version" in document ? textOf(document.version) : undefined,
    };
  } catch {
    // Not there, or broken: the next folder may have one.
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
