/*
 * Text from elsewhere, made safe to print. A span name comes from whoever can send a span; printed
 * as it is, it could move the cursor, recolour the screen, change the window title or, with
 * right-to-left marks, read as something else.
 */

/** Control, format and unpaired surrogate characters, save the joiners that scripts need. */
const INVISIBLE = /[\p{Cc}\p{Cs}\u2028\u2029]|(?![\u200c\u200d])\p{Cf}/gu;
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const NEEDS_CARE = /[^\x20-\x7e]/;
const NOT_ASCII = /[^\x20-\x7e]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `text` on one line, with every character that prints nothing written as an escape. */
export function visibleText(text: string): string {
  // Nearly all names are plain ASCII, and this test is many times cheaper than the replacement.
  return NEEDS_CARE.test(text) ? text.replaceAll(INVISIBLE, escaped) : text;
}

/** The same in ASCII only, for terminals that cannot show more. */
export function asciiText(text: string): string {
  return NEEDS_CARE.test(text) ? text.replaceAll(NOT_ASCII, escaped) : text;
}

function escaped(char: string): string {
  const short = SHORT_ESCAPES[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}
