import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isUnicodeLocale } from "./locale.ts";
import { choosePalette, COLORED, PLAIN, SERVICE_COLORS } from "./palette.ts";
import { cutMiddle, textWidth } from "./text-width.ts";
import { clockTime, exactTime, isSameDay } from "./time-text.ts";
import { asciiText, visibleText } from "./visible-text.ts";

test("wide characters take two columns, marks none", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["abc", 3],
    ["größe", 5],
    ["在庫", 4],
    ["ｱ", 1],
    ["Ａ", 2],
    ["한국", 4],
    ["🙂", 2],
    ["✗ ← │", 5],
    ["e\u0301", 1],
    ["🇩🇪", 2],
    ["", 0],
  ];
  for (const [text, width] of widths) assert.equal(textWidth(text), width, text);
});

test("text is cut in the middle to the columns it may take", () => {
  assert.equal(cutMiddle("inventory.lookup", 9), "inve…okup");
  assert.equal(cutMiddle("short", 5), "short");
  assert.equal(cutMiddle("在庫を確認", 6), "在…認");
  assert.equal(cutMiddle("abcdefgh", 6, "..."), "ab...h");
  assert.equal(cutMiddle("abc", 1), "…");
  assert.equal(cutMiddle("abc", 0), "");
});

test("whatever the text, a cut fits, keeps marks with their letters, and has both ends", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 30 }),
      (raw, columns) => {
        const text = visibleText(raw);
        const cut = cutMiddle(text, columns);
        assert.ok(textWidth(cut) <= columns);
        assert.ok(cut.isWellFormed());
        if (textWidth(text) <= columns) assert.equal(cut, text);
      },
    ),
  );
});

test("whatever the text, nothing that is printed is a control or format character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(
        visibleText(text).replaceAll(/[\u200c\u200d]/g, ""),
        /[\p{Cc}\p{Cf}\p{Cs}]/u,
      );
      assert.match(asciiText(text), /^[\x20-\x7e]*$/);
    }),
  );
});

test("escapes are short and readable", () => {
  assert.equal(
    visibleText("a\tb\r\n\u001b[1m\u009b\u2028\u{e0041}\ud800"),
    "a\\tb\\r\\n\\x1b[1m\\x9b\\u2028\\u{e0041}\\ud800",
  );
  assert.equal(visibleText("größe 日本 👩‍👧"), "größe 日本 👩‍👧");
});

test("the locale decides between Unicode and ASCII", () => {
  assert.equal(isUnicodeLocale({}), true);
  assert.equal(isUnicodeLocale({ LANG: "de_DE.UTF-8" }), true);
  assert.equal(isUnicodeLocale({ LANG: "C.utf8" }), true);
  assert.equal(isUnicodeLocale({ LANG: "en_US" }), true);
  assert.equal(isUnicodeLocale({ LANG: "C" }), false);
  assert.equal(isUnicodeLocale({ LANG: "de_DE.ISO-8859-1@euro" }), false);
  assert.equal(isUnicodeLocale({ LC_ALL: "POSIX", LANG: "de_DE.UTF-8" }), false);
  assert.equal(isUnicodeLocale({ LC_ALL: "", LC_CTYPE: "C.UTF-8", LANG: "C" }), true);
});

function check(
  environment: Readonly<Record<string, string>>,
  {
    isTty = true,
    choice = "auto",
  }: { readonly isTty?: boolean; readonly choice?: "auto" | "always" | "never" } = {},
): boolean {
  return choosePalette({ choice, isTty, environment }) === COLORED;
}

test("colour is for people, unless a flag or the environment says otherwise", () => {
  assert.equal(check({}), true);
  assert.equal(check({}, { isTty: false }), false);
  assert.equal(check({ NO_COLOR: "1" }), false);
  assert.equal(check({ NO_COLOR: "" }), true);
  assert.equal(check({ TERM: "dumb" }), false);
  assert.equal(check({ FORCE_COLOR: "1" }, { isTty: false }), true);
  assert.equal(check({ FORCE_COLOR: "0" }), false);
  assert.equal(check({ CLICOLOR_FORCE: "1" }, { isTty: false }), true);
  assert.equal(check({ NO_COLOR: "1", FORCE_COLOR: "1" }), false);
  assert.equal(check({ NO_COLOR: "1" }, { isTty: false, choice: "always" }), true);
  assert.equal(check({ FORCE_COLOR: "1" }, { choice: "never" }), false);
  assert.equal(PLAIN.error("x"), "x");
});

test("every service colour can be read on black and on white", () => {
  for (const color of SERVICE_COLORS) {
    const luminance = luminanceOf(color);
    assert.ok((luminance + 0.05) / 0.05 >= 3.4, `${color} on black`);
    assert.ok(1.05 / (luminance + 0.05) >= 3.4, `${color} on white`);
  }
  assert.equal(new Set(SERVICE_COLORS).size, 8);
});

/** WCAG relative luminance of a colour of the 6×6×6 cube of ANSI-256. */
function luminanceOf(color: number): number {
  const index = color - 16;
  const steps = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6];
  const [red = 0, green = 0, blue = 0] = steps.map((step) => {
    const value = (step === 0 ? 0 : 55 + 40 * step) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("times are exact for programs and short for people", () => {
  const unixNano = 1_795_356_191_204_000_123n;
  assert.equal(exactTime(unixNano), "2026-11-22T14:03:11.204000123Z");
  assert.equal(clockTime(unixNano, { isUtc: true, isShort: true }), "14:03:11Z");
  assert.equal(clockTime(unixNano, { isUtc: true, isShort: false }), "2026-11-22 14:03:11Z");
  assert.equal(isSameDay(unixNano, unixNano + 3_600_000_000_000n, true), true);
  assert.equal(isSameDay(unixNano, unixNano + 36_000_000_000_000n, true), false);
});
