import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

/** JavaScript that must come before anything is shown, compressed. */
const FIRST_LOAD_BYTES_MAX = 200 * 1024;

const DIST = join(import.meta.dirname, "../dist");
const isBuilt = existsSync(join(DIST, "index.html"));
const skip = isBuilt ? false : "packages/ui/dist is not built: node tools/build-ui.ts";

/** The scripts that index.html asks for, and what they import before they run. */
function firstLoadFiles(html: string): string[] {
  const asked = html.matchAll(/<(?:script|link)[^>]+(?:src|href)="\/(?<path>[^"]+\.js)"/g);
  const files = new Set(Array.from(asked, (match) => match.groups?.["path"] ?? ""));
  for (const file of files) {
    const text = readFileSync(join(DIST, file), "utf8");
    for (const match of text.matchAll(/(?:from|import)\s*"\.\/(?<path>[^"]+\.js)"/g)) {
      files.add(join(file, "..", match.groups?.["path"] ?? ""));
    }
  }
  return [...files];
}

test("the first load has at most 200 KB of compressed JavaScript", { skip }, (context) => {
  const files = firstLoadFiles(readFileSync(join(DIST, "index.html"), "utf8"));
  assert.ok(files.length > 0, "index.html asks for at least one script");
  let bytes = 0;
  for (const file of files) bytes += gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
  context.diagnostic(`${files.length} scripts, ${bytes.toLocaleString("en")} bytes compressed`);
  assert.ok(bytes <= FIRST_LOAD_BYTES_MAX, `${bytes} bytes, at most ${FIRST_LOAD_BYTES_MAX}`);
});

test("the page asks no other host for anything", { skip }, () => {
  const html = readFileSync(join(DIST, "index.html"), "utf8");
  assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
});
