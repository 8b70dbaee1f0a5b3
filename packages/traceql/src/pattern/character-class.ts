/* Sets of characters in regular expressions, as RE2 defines them: ASCII unless they say Unicode. */

/** Whether a code point belongs to a set. */
export type CharacterTest = (code: number) => boolean;

/** A set, and how many characters of the pattern name it. */
export interface ClassRead {
  readonly test: CharacterTest;
  readonly length: number;
}

const isDigit: CharacterTest = (code) => code >= 48 && code <= 57;
const isSpace: CharacterTest = (code) =>
  code === 9 || code === 10 || code === 12 || code === 13 || code === 32;
const isUpper: CharacterTest = (code) => code >= 65 && code <= 90;
const isLower: CharacterTest = (code) => code >= 97 && code <= 122;
const isAlpha: CharacterTest = (code) => isUpper(code) || isLower(code);
const isGraph: CharacterTest = (code) => code > 32 && code < 127;

/** `\w`: what `\b` looks at. */
export const isWordCharacter: CharacterTest = (code) =>
  isAlpha(code) || isDigit(code) || code === 95;

function not(test: CharacterTest): CharacterTest {
  return (code) => !test(code);
}

const CLASS_ESCAPES: ReadonlyMap<string, CharacterTest> = new Map([
  ["d", isDigit],
  ["D", not(isDigit)],
  ["s", isSpace],
  ["S", not(isSpace)],
  ["w", isWordCharacter],
  ["W", not(isWordCharacter)],
]);

const NAMED: ReadonlyMap<string, CharacterTest> = new Map([
  ["alnum", (code) => isAlpha(code) || isDigit(code)],
  ["alpha", isAlpha],
  ["ascii", (code) => code < 128],
  ["blank", (code) => code === 9 || code === 32],
  ["cntrl", (code) => code < 32 || code === 127],
  ["digit", isDigit],
  ["graph", isGraph],
  ["lower", isLower],
  ["print", (code) => isGraph(code) || code === 32],
  ["punct", (code) => isGraph(code) && !isAlpha(code) && !isDigit(code)],
  ["space", (code) => isSpace(code) || code === 11],
  ["upper", isUpper],
  ["word", isWordCharacter],
  ["xdigit", (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)],
]);

/** `[:name:]` at the start of `text`, which stands inside brackets. */
export function namedClass(text: string): ClassRead | undefined {
  const match = /^\[:(\^?)([a-z]+):\]/u.exec(text);
  const test = NAMED.get(match?.[2] ?? "");
  if (match === null || test === undefined) return undefined;
  return { test: match[1] === "^" ? not(test) : test, length: match[0].length };
}

/** `d`, `pL` or `p{Greek}` at the start of `text`, which stood behind a backslash. */
export function classEscape(text: string): ClassRead | undefined {
  const plain = CLASS_ESCAPES.get(text[0] ?? "");
  if (plain !== undefined) return { test: plain, length: 1 };
  const match = /^([pP])(?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/u.exec(text);
  if (match === null) return undefined;
  const unicode = unicodeClass(match[2] ?? match[4] ?? "");
  if (unicode === undefined) return undefined;
  const isNegated = (match[1] === "P") !== (match[3] === "^");
  return { test: isNegated ? not(unicode) : unicode, length: match[0].length };
}

/** A general category (`L`, `Lu`) or a script (`Greek`). */
function unicodeClass(name: string): CharacterTest | undefined {
  for (const property of [`General_Category=${name}`, `Script=${name}`]) {
    try {
      // One character at a time: nothing that could backtrack.
      const pattern = new RegExp(`^\\p{${property}}$`, "u");
      return (code) => pattern.test(String.fromCodePoint(code));
    } catch {
      // The engine has no other way to say that it does not know the property.
      continue;
    }
  }
  return undefined;
}

/** One character at the start of `text`, which stood behind a backslash. */
export function singleEscape(text: string): { code: number; length: number } | undefined {
  const char = text[0] ?? "";
  const control = CONTROLS.get(char);
  if (control !== undefined) return { code: control, length: 1 };
  const hex = /^x(?:([\da-fA-F]{2})|\{([\da-fA-F]{1,6})\})/u.exec(text);
  if (hex !== null) {
    const code = parseInt(hex[1] ?? hex[2] ?? "", 16);
    return code > 0x10ffff ? undefined : { code, length: hex[0].length };
  }
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{2})/u.exec(text);
  if (octal !== null) return { code: parseInt(octal[0], 8), length: octal[0].length };
  // RE2 lets every sign of ASCII be escaped, and no letter and no digit.
  if (/^[!-/:-@[-`{-~]/u.test(text)) return { code: char.charCodeAt(0), length: 1 };
  return undefined;
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
]);
