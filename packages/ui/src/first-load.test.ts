import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";

/** JavaScript that must come before anything is shown, compressed. */
const FIRST_LOAD_BYTES_MAX = 200 * 1024;
/** What the page of a trace adds to it. Views behind a key of their own come when asked for. */
const TRACE_ROUTE_BYTES_MAX = 40 * 1024;

const DIST = join(import.meta.dirname, "../dist");
const isBuilt = existsSync(join(DIST, "index.html"));
const skip = isBuilt ? false : "packages/ui/dist is not built: node tools/build-ui.ts";

/** The scripts that index.html asks for, and what they import before they run. */
function firstLoadFiles(): Set<string> {
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  const asked = html.matchAll(/<(?:script|link)[^>]+(?:src|href)="\/(?<path>[^"]+\.js)"/g);
  return withImports(Array.from(asked, (match) => match.groups?.["path"] ?? ""));
}

function withImports(first: Iterable<string>): Set<string> {
  const files = new Set(first);
  for (const file of files) {
    const text = readFileSync(join(DIST, file), "utf8");
    for (const match of text.matchAll(/(?:from|import)\s*"\.\/(?<path>[^"]+\.js)"/g)) {
      files.add(join(file, "..", match.groups?.["path"] ?? ""));
    }
  }
  return files;
}

function checkBytes(context: TestContext, files: ReadonlySet<string>, bytesMax: number): void {
  assert.ok(files.size > 0, "there is at least one script");
  let bytes = 0;
  for (const file of files) bytes += gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
  context.diagnostic(`${files.size} scripts, ${bytes.toLocaleString("en")} bytes compressed`);
  assert.ok(bytes <= bytesMax, `${bytes} bytes, at most ${bytesMax}`);
}

test("the first load has at most 200 KB of compressed JavaScript", { skip }, (context) => {
  checkBytes(context, firstLoadFiles(), FIRST_LOAD_BYTES_MAX);
});

test("a trace's page adds at most 40 KB to the first load", { skip }, (context) => {
  const names = readdirSync(join(DIST, "assets"));
  const route = names.filter((name) => /^trace-page-.*\.js$/.test(name));
  const files = withImports(route.map((name) => join("assets", name)));
  checkBytes(context, files.difference(firstLoadFiles()), TRACE_ROUTE_BYTES_MAX);
});

test("the page asks no other host for anything", { skip }, () => {
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
});
