/*
 * How many columns text takes in a terminal. Own and small: the one package that does this well
 * would cost more start-up time than the rest of `spoor show`.
 *
 * Limits: an emoji made of several joined ones counts each of them, as most terminals draw it.
 */

/** First and last code points that take two columns. Unicode 16, EastAsianWidth W and F. */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];
/** Emoji drawn as pictures by default are wide, but a flag is made of two narrow halves. */
const WIDE_EMOJI = /^(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation}/u;
/** Marks that are drawn over the character before them, and joiners. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const ASCII = /^[\x20-\x7e]*$/;

/** Columns that `text` takes; it must have no control characters. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/**
 * `text` in at most `columns` columns: what does not fit is cut from the middle and replaced by
 * `ellipsis`, because names are told apart by their ends.
 */
export function cutMiddle(text: string, columns: number, ellipsis: string = "…"): string {
  if (textWidth(text) <= columns) return text;
  const room = columns - textWidth(ellipsis);
  if (room <= 0) return columns > 0 ? ellipsis.slice(0, columns) : "";
  const chars = clusters(text);
  const head = fitting(chars, Math.ceil(room / 2));
  const tail = fitting(chars.toReversed(), room - textWidth(head.join("")));
  return head.join("") + ellipsis + tail.toReversed().join("");
}

/** `text` filled up with spaces on the right. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - textWidth(text)));
}

/** `text` filled up with spaces on the left. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - textWidth(text))) + text;
}

/** The characters of `text`, each with the marks that belong to it. */
function clusters(text: string): string[] {
  const result: string[] = [];
  for (const char of text) {
    const last = result.length - 1;
    if (last >= 0 && charWidth(char) === 0) result[last] += char;
    else result.push(char);
  }
  return result;
}

function fitting(chars: readonly string[], columns: number): string[] {
  let width = 0;
  const end = chars.findIndex((char) => (width += textWidth(char)) > columns);
  return chars.slice(0, end < 0 ? chars.length : end);
}

function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (ZERO_WIDTH.test(char)) return 0;
  return isWide(code) || WIDE_EMOJI.test(char) ? 2 : 1;
}

function isWide(code: number): boolean {
  return WIDE_RANGES.some(([first, last]) => code >= first && code <= last);
}
