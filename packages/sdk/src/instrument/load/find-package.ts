/** Where an application and its packages are, without loading anything of them. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode } from "@spoor/trace/basics";

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

/**
 * The file that an `import` of `name` in `folder` gets, of a package that has ES modules beside
 * CommonJS; undefined when it has none, or when this Node cannot require them.
 */
export function modulePathFrom(folder: string, name: string): string | undefined {
  if (!process.features.require_module) return undefined;
  const common = resolveFrom(folder, name);
  const packageName = packageOf(name);
  const mark = join("node_modules", packageName, "/");
  const end = (common?.lastIndexOf(mark) ?? -1) + mark.length;
  if (common === undefined || end < mark.length) return undefined;
  const root = common.slice(0, end);
  // A package.json; what it exports is looked at below.
  const { exports = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports?: Readonly<Record<string, unknown>>;
  };
  const target = importTarget(exports[`.${name.slice(packageName.length)}`]);
  return target === undefined || join(root, target) === common ? undefined : join(root, target);
}

const IMPORT_CONDITIONS = new Set(["node", "import", "default"]);

/** What the first condition that holds for an `import` leads to. */
function importTarget(entry: unknown): string | undefined {
  if (typeof entry === "string") return entry;
  if (typeof entry !== "object" || entry === null) return undefined;
  for (const [condition, target] of Object.entries(entry)) {
    const found = IMPORT_CONDITIONS.has(condition) ? importTarget(target) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a module in `folder` would find a package of that name, whatever it exports. */
export function isInstalled(folder: string, name: string): boolean {
  try {
    createRequire(join(folder, "any.js")).resolve(name);
    return true;
  } catch (error) {
    // Others say that it is there, and exports nothing under its name, or not for `require`.
    return errorCode(error) !== "MODULE_NOT_FOUND";
  }
}

/** `pg` of `pg/lib/client.js`, `@a/b` of `@a/b/c`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/", 2);
  return specifier.startsWith("@") ? parts.join("/") : (parts[0] ?? "");
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
