import assert from "node:assert/strict";
import { test } from "node:test";
import { treeOf, withBlock } from "./pictures.ts";

test("a block replaces what stood between its marks, and nothing else", () => {
  const text = "a\n<!-- tree -->\nold\n<!-- /tree -->\nb\n<!-- start -->\n<!-- /start -->\n";
  const once = withBlock(text, "tree", "new\n");
  assert.equal(
    once,
    "a\n<!-- tree -->\n\n```text\nnew\n```\n\n<!-- /tree -->\nb\n<!-- start -->\n<!-- /start -->\n",
  );
  assert.equal(withBlock(once, "tree", "new"), once);
});

test("a README without the marks is an error, not a README without the block", () => {
  assert.throws(() => withBlock("<!-- /tree --> <!-- tree -->", "tree", "new"), /tree/);
});

test("the first line of `spoor show`, with its id and its time, is left out", () => {
  assert.equal(
    treeOf("shop  GET  2026-11-22  trace 4bf9\n\nGET (1ms)\n└── get\n"),
    "GET (1ms)\n└── get",
  );
});
