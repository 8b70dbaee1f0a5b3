import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompletionItem } from "@spoor/trace";
import { plainCompletion, plainItems } from "./plain-completion.ts";

function item(text: string, kind: CompletionItem["kind"], count: number | null): CompletionItem {
  return { text, kind, meaning: "", count };
}

function complete(text: string) {
  const plain = plainCompletion(text, text.length);
  assert.ok(plain !== undefined);
  return plain;
}

test("TraceQL is left to the server", () => {
  assert.equal(plainCompletion("{ name", 6), undefined);
  assert.equal(plainCompletion("  ({ }", 6), undefined);
});

test("words that begin so are offered without asking", () => {
  assert.deepEqual(
    complete("serv").words.map(({ text }) => text),
    ["service:"],
  );
  assert.ok(complete("").words.length > 5);
  assert.equal(complete("status:ok dur").start, 10);
});

test("a key is asked for as an attribute, and comes back as a word", () => {
  const plain = complete("-user");
  assert.equal(plain.ask, "{ .user");
  const items = plainItems(plain, [item(".user.tier", "field", 7), item("kind", "field", null)]);
  assert.deepEqual(
    items.map(({ text, count }) => [text, count]),
    [["-user.tier:", 7]],
  );
});

test("a value is asked for as that of its field, and keeps its quotes only where it needs them", () => {
  const plain = complete("status:ok service:che");
  assert.equal(plain.ask, '{ resource.service.name = "che');
  const values = [item('"checkout"', "value", 9), item('"check in"', "value", 1)];
  assert.deepEqual(
    plainItems(plain, values).map(({ text }) => text),
    ["service:checkout", 'service:"check in"'],
  );
  assert.equal(complete("status:er").ask, "{ status = er");
  assert.equal(complete("span.http.route:/a").ask, '{ span.http.route = "/a');
  assert.equal(complete("user.tier:go").ask, '{ .user.tier = "go');
});
