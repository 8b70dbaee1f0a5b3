import assert from "node:assert/strict";
import { test } from "node:test";
import { checkWords } from "./tidy-words.ts";

function words(text: string, path: string = "packages/oven/src/bake.ts"): string[] {
  return checkWords(path, text).map(({ line, message }) => `${line}: ${message}`);
}

test("a foreign word for a part of a span is refused, as a word and inside a name", () => {
  assert.deepEqual(words("one\nthe span tags"), ['2: "span tags": say attribute, or event']);
  assert.deepEqual(words("const spanTag = 1;"), ['1: "spanTag": say attribute, or event']);
  assert.deepEqual(words("a label of the span").length, 1);
  assert.deepEqual(words("operationName").length, 1);
  assert.deepEqual(words("trace_segments").length, 1);
});

test("the adapter of a protocol speaks as the protocol does", () => {
  assert.deepEqual(words("operationName", "packages/server/src/api/jaeger/find.ts"), []);
  assert.deepEqual(words("span annotations", "packages/server/src/ingest/zipkin-http.ts"), []);
});

test("everyday uses of the same words pass", () => {
  const text = `an operating error; a batch operation; <label htmlFor="x">; aria-label;
    a spool segment; a protobuf tag; the deduplication tag; a work/life balance; shared words;
    workspace; https://example.com/root/x; see ../README.md; a known issue with proxies`;
  assert.deepEqual(words(text), []);
});

test("what is left to do, planning numbers and paths of one machine are refused", () => {
  assert.equal(words("// TODO later").length, 1);
  assert.equal(words("// FIXME").length, 1);
  assert.equal(words("as issue 12 says").length, 1);
  assert.equal(words("close a bug (#12)").length, 1);
  assert.equal(words("see /home/someone/notes.md").length, 1);
  assert.equal(words("see ../shared/notes.md").length, 1);
});

test("words of praise without a number are refused", () => {
  assert.equal(words("This is blazingly fast.", "README.md").length, 1);
  assert.equal(words("You simply run it.", "README.md").length, 1);
});
