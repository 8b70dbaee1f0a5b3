/** Where an application and its packages are, without loading anything of them. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the application: where its first module is, else the working directory. */
export function applicationFolder(): string {
  const [, entry] = process.argv;
  if (entry === undefined) return process.cwd();
  try {
    // Through a link in node_modules/.bin to where its packages are.
    return dirname(realpathSync(entry));
  } catch {
    // `node app` runs app.js, and with --eval there is no file at all.
    return existsSync(dirname(entry)) ? dirname(entry) : process.cwd();
  }
}

/** Loads a package as a module in `folder` would, else as this package would. */
export function requireFrom(folder: string, name: string): unknown {
  const path = resolveFrom(folder, name);
  return path === undefined ? undefined : createRequire(path)(path);
}

/** The file of a package, as found from `folder`, else from this package; undefined for neither. */
export function resolveFrom(folder: string, name: string): string | undefined {
  for (const base of [folder, dirname(fileURLToPath(import.meta.url))]) {
    try {
      return createRequire(join(base, "any.js")).resolve(name);
    } catch {
      // Not installed there; that is the answer.
    }
  }
  return undefined;
}

/** The packages that the application in `folder` says it needs, from its package.json. */
export function declaredPackages(folder: string): ReadonlySet<string> {
  for (let at = folder; ; at = dirname(at)) {
    const names = readDependencies(join(at, "package.json"));
    if (names !== undefined) return new Set(names);
    if (at === dirname(at)) return new Set();
  }
}

function readDependencies(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  try {
    // A package.json, or something else under that name: both parts may be missing.
    const parsed = JSON.parse(readFileSync(path, "utf8")) as {
      readonly name?: unknown;
      readonly dependencies?: Readonly<Record<string, unknown>>;
      readonly optionalDependencies?: Readonly<Record<string, unknown>>;
    };
    // A folder such as dist/ may hold one that only says `"type": "module"`.
    if (parsed.name === undefined && parsed.dependencies === undefined) return undefined;
    return Object.keys({ ...parsed.dependencies, ...parsed.optionalDependencies });
  } catch {
    return undefined;
  }
}
