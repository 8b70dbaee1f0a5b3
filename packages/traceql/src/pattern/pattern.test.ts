import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { compilePattern } from "./pattern.ts";

function matches(pattern: string, text: string): boolean {
  const compiled = compilePattern(pattern);
  assert.ok(compiled.ok, compiled.ok ? "" : `${pattern}: ${compiled.message}`);
  return compiled.pattern.matches(text);
}

/** Patterns that mean the same in JavaScript, which takes no risk with texts as short as these. */
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: "medium" },
    fc.constantFrom("a", "b", "[ab]", "[^a]", "\\d", "\\w", "\\bb", "x?", "\\.", "^a", "b$"),
    fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => a + b),
    fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"))
      .map(([a, repeat]) => `(${a})${repeat}`),
  ),
}));

test("a pattern matches what JavaScript matches", () => {
  fc.assert(
    fc.property(
      pattern,
      fc.string({ unit: fc.constantFrom("a", "b", "1", ".", " ") }),
      (p, text) => {
        assert.equal(matches(p, text), new RegExp(`^(?:${p})$`, "u").test(text), `${p} on ${text}`);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("what makes other engines go back and forth for years is answered at once", () => {
  assert.equal(matches("(a+)+b", "a".repeat(30_000)), false);
  assert.equal(matches("(a|a)*b", "a".repeat(30_000)), false);
  assert.equal(matches("(x?){100}x{100}", "x".repeat(100)), true);
});

test("the syntax is that of RE2", () => {
  for (const [source, text, expected] of [
    ["(?i)get|POST", "gEt", true],
    ["(?i:g)et", "GET", false],
    [".*", "a\nb", false],
    ["(?s).*", "a\nb", true],
    ["(?m)a$.^b", "a\nb", false],
    ["(?ms)a$.^b", "a\nb", true],
    ["\\Qa.b\\E", "a.b", true],
    ["\\Qa.b\\E", "axb", false],
    ["[[:alpha:]_]+", "a_B", true],
    ["\\p{Greek}+", "αβ", true],
    ["\\pL\\PN", "x!", true],
    ["\\x{1F993}.", "🦓x", true],
    ["a{,2}", "a{,2}", true],
    ["(?P<name>a)b", "ab", true],
    ["[^\\d]", "7", false],
  ] as const) {
    assert.equal(matches(source, text), expected, `${source} on ${text}`);
  }
});

test("what RE2 does not have is refused with a reason", () => {
  for (const [source, reason] of [
    ["[", /a \[ without its \]/],
    ["(a", /a \( without its \)/],
    ["a)", /a \) without its \(/],
    ["(?=a)b", /look-around/],
    ["(a)\\1", /means nothing/],
    ["*a", /nothing to repeat/],
    ["a**", /repetition of a repetition/],
    ["a{1001}", /at most 1000/],
    ["((a{100}){100}){100}", /too large/],
    ["[b-a]", /ends before it begins/],
    ["x".repeat(5_000), /more than 4096 characters/],
  ] as const) {
    const compiled = compilePattern(source);
    assert.equal(compiled.ok, false, source);
    assert.match(compiled.ok ? "" : compiled.message, reason);
  }
});
