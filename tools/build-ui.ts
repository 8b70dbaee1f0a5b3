/*
 * Builds the web page into packages/ui/dist, unless what is there was made from the same sources.
 * Runs at install time, and so says one line at most when all is well.
 *
 * 1. Every file that the page is made from goes into one hash, and so does the version of Vite.
 * 2. The hash of the last build lies beside it, in packages/ui/dist/.sources. Content and not
 *    times, because a fresh clone has all its files at the same time.
 * 3. If they differ, Vite builds. It empties dist first, so a failed build leaves no hash behind.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = join(import.meta.dirname, "..");
const UI = join(ROOT, "packages/ui");
const DIST = join(UI, "dist");
const MARK = join(DIST, ".sources");

const SOURCES = [
  "packages/ui/index.html",
  "packages/ui/package.json",
  "packages/ui/vite.config.ts",
  "packages/ui/src/**/*.{ts,tsx,css,svg}",
  "packages/otlp/package.json",
  "packages/otlp/src/**/*.ts",
  "packages/trace/package.json",
  "packages/trace/src/**/*.ts",
];

/** The part of Vite that is used; its own types would put the DOM into this project. */
interface Vite {
  readonly version: string;
  build(config: { readonly root: string; readonly logLevel: "warn" }): Promise<unknown>;
}

/** Vite belongs to the page's package and is looked up from there. */
async function loadVite(): Promise<Vite> {
  const path = createRequire(join(UI, "package.json")).resolve("vite");
  // The interface above is a part of what this module exports.
  return (await import(pathToFileURL(path).href)) as Vite;
}

function sourcesHash(viteVersion: string): string {
  const hash = createHash("sha256").update(viteVersion);
  for (const path of globSync(SOURCES, { cwd: ROOT }).sort()) {
    if (path.endsWith(".test.ts")) continue;
    hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  }
  return hash.digest("hex");
}

function isBuiltFrom(hash: string): boolean {
  return existsSync(MARK) && readFileSync(MARK, "utf8") === hash;
}

/** `122 KB of JavaScript` */
function builtText(): string {
  const scripts = globSync("assets/*.js", { cwd: DIST });
  const sizes = scripts.map((path) => gzipSync(readFileSync(join(DIST, path))).length);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return `${Math.round(bytes / 1024)} KB of JavaScript, compressed`;
}

const vite = await loadVite();
const hash = sourcesHash(vite.version);
if (isBuiltFrom(hash)) {
  console.log("The web page is up to date.");
} else {
  await vite.build({ root: UI, logLevel: "warn" });
  writeFileSync(MARK, hash);
  console.log(`The web page is built: ${builtText()}.`);
}
