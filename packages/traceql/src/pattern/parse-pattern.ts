/*
 * Regular expressions as RE2 reads them, so that a pattern means the same in the database and in
 * the evaluator: https://github.com/google/re2/wiki/Syntax. There are no back references and no
 * look-around, which is what makes matching linear.
 */
import { PATTERN_CHARACTERS_MAX, PATTERN_REPEAT_MAX } from "../base/limits.ts";
import { type CharacterTest, classEscape, namedClass, singleEscape } from "./character-class.ts";

/** A regular expression, taken apart. */
export type PatternNode =
  | { readonly node: "character"; readonly test: CharacterTest }
  | { readonly node: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly node: "choice"; readonly options: readonly PatternNode[] }
  | {
      readonly node: "repeat";
      readonly part: PatternNode;
      readonly min: number;
      /** Infinity for no bound. */
      readonly max: number;
    }
  | { readonly node: "assertion"; readonly kind: AssertionKind };

/** What must hold between two characters. */
export type AssertionKind = "start" | "end" | "lineStart" | "lineEnd" | "word" | "noWord";

/** Thrown inside this room; `offset` is a character of the pattern. */
export class PatternError extends Error {
  override readonly name = "PatternError";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiLine: boolean;
}

/** The parts of a pattern. @throws PatternError */
export function parsePattern(pattern: string): PatternNode {
  if (pattern.length > PATTERN_CHARACTERS_MAX) {
    throw new PatternError(`it has more than ${PATTERN_CHARACTERS_MAX} characters`, 0);
  }
  const parser = new PatternParser(pattern);
  return parser.whole();
}

class PatternParser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, dotAll: false, multiLine: false };

  constructor(pattern: string) {
    this.#chars = Array.from(pattern);
  }

  whole(): PatternNode {
    const node = this.#choice();
    if (this.#at < this.#chars.length) throw this.#error("a ) without its (");
    return node;
  }

  #error(message: string): PatternError {
    return new PatternError(message, this.#at);
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #skip(text: string): boolean {
    const isNext = this.#chars.slice(this.#at, this.#at + text.length).join("") === text;
    if (isNext) this.#at += text.length;
    return isNext;
  }

  /** Flags that are set inside count up to the end of the parenthesis. */
  #choice(): PatternNode {
    this.#depth += 1;
    if (this.#depth > 200) throw this.#error("parentheses nest too deep");
    const flags = this.#flags;
    const options = [this.#sequence()];
    while (this.#skip("|")) options.push(this.#sequence());
    this.#flags = flags;
    this.#depth -= 1;
    return options.length === 1 && options[0] !== undefined
      ? options[0]
      : { node: "choice", options };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (let char = this.#peek(); char !== undefined; char = this.#peek()) {
      if (char === "|" || char === ")") break;
      const part = this.#part();
      if (part !== undefined) parts.push(...this.#repeated(part));
    }
    return { node: "sequence", parts };
  }

  /** `x*`, `x+`, `x?`, `x{n,m}`, each greedy or not: for a match as a whole that is the same. */
  #repeated(parts: readonly PatternNode[]): readonly PatternNode[] {
    const bounds = this.#bounds();
    if (bounds === undefined) return parts;
    this.#skip("?");
    const last = parts.at(-1);
    if (last === undefined) throw this.#error("nothing to repeat");
    if (this.#bounds() !== undefined) throw this.#error("a repetition of a repetition");
    return [...parts.slice(0, -1), { node: "repeat", part: last, ...bounds }];
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#skip("*")) return { min: 0, max: Infinity };
    if (this.#skip("+")) return { min: 1, max: Infinity };
    if (this.#skip("?")) return { min: 0, max: 1 };
    if (this.#peek() !== "{") return undefined;
    const rest = this.#chars.slice(this.#at, this.#at + 16).join("");
    const match = /^\{(\d{1,5})(,?)(\d{0,5})\}/u.exec(rest);
    // Anything else between braces is text, as in RE2.
    if (match === null || (match[2] === "" && match[3] !== "")) return undefined;
    const min = Number(match[1]);
    const max = match[2] === "" ? min : match[3] === "" ? Infinity : Number(match[3]);
    const isTooLarge = min > PATTERN_REPEAT_MAX || (max !== Infinity && max > PATTERN_REPEAT_MAX);
    if (isTooLarge) throw this.#error(`a repetition is at most ${PATTERN_REPEAT_MAX}`);
    if (max < min) throw this.#error("a repetition whose least is more than its most");
    this.#at += match[0].length;
    return { min, max };
  }

  /** One atom, as a list because `\Q…\E` is many; undefined for a change of flags. */
  #part(): readonly PatternNode[] | undefined {
    const char = this.#peek() ?? "";
    this.#at += 1;
    switch (char) {
      case "(":
        return this.#group();
      case "[":
        return [this.#character(this.#set())];
      case ".":
        return [this.#character(this.#flags.dotAll ? () => true : (code) => code !== 10)];
      case "^":
        return [{ node: "assertion", kind: this.#flags.multiLine ? "lineStart" : "start" }];
      case "$":
        return [{ node: "assertion", kind: this.#flags.multiLine ? "lineEnd" : "end" }];
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        this.#at -= 1;
        throw this.#error("nothing to repeat");
      default:
        return [this.#literal(char)];
    }
  }

  #character(test: CharacterTest): PatternNode {
    if (!this.#flags.ignoreCase) return { node: "character", test };
    return { node: "character", test: (code) => casesOf(code).some(test) };
  }

  #literal(char: string): PatternNode {
    const wanted = char.codePointAt(0);
    return this.#character((code) => code === wanted);
  }

  #group(): readonly PatternNode[] | undefined {
    const before = this.#flags;
    if (this.#skip("?")) {
      const isNamed = this.#skip("P<") || (this.#peekIs("<") && this.#skip("<"));
      if (isNamed) this.#groupName();
      else if (this.#setFlags()) return undefined;
    }
    const inner = this.#choice();
    this.#flags = before;
    if (!this.#skip(")")) throw this.#error("a ( without its )");
    return [inner];
  }

  #peekIs(char: string): boolean {
    const next = this.#chars[this.#at + 1];
    return this.#peek() === char && next !== "=" && next !== "!";
  }

  #groupName(): void {
    const end = this.#chars.indexOf(">", this.#at);
    const name = this.#chars.slice(this.#at, Math.max(end, this.#at)).join("");
    if (!/^\w+$/u.test(name)) throw this.#error("a group without a name");
    this.#at = end + 1;
  }

  /** `i`, `m`, `s`, `U` and, after `-`, what they undo. True when `)` ends them. */
  #setFlags(): boolean {
    let isSet = true;
    for (;;) {
      const char = this.#peek();
      this.#at += 1;
      if (char === ":") return false;
      if (char === ")") return true;
      if (char === "-" && isSet) isSet = false;
      else if (char === "i") this.#flags = { ...this.#flags, ignoreCase: isSet };
      else if (char === "s") this.#flags = { ...this.#flags, dotAll: isSet };
      else if (char === "m") this.#flags = { ...this.#flags, multiLine: isSet };
      else if (char !== "U") {
        this.#at -= 1;
        throw this.#error("look-around and other (? groups do not exist");
      }
    }
  }

  #escape(): readonly PatternNode[] {
    const char = this.#peek();
    if (char === undefined) throw this.#error("a backslash at the end");
    const assertion = ASSERTIONS.get(char);
    if (assertion !== undefined) {
      this.#at += 1;
      return [{ node: "assertion", kind: assertion }];
    }
    if (char === "Q") return this.#quoted();
    return [this.#character(this.#escapedTest())];
  }

  /** `\Q` to `\E`: text as it stands. */
  #quoted(): readonly PatternNode[] {
    this.#at += 1;
    const parts: PatternNode[] = [];
    while (this.#at < this.#chars.length && !this.#skip("\\E")) {
      parts.push(this.#literal(this.#chars[this.#at] ?? ""));
      this.#at += 1;
    }
    return parts;
  }

  /** Behind a backslash: a class, or one character. */
  #escapedTest(): CharacterTest {
    const rest = this.#chars.slice(this.#at, this.#at + 64).join("");
    const known = classEscape(rest);
    if (known !== undefined) {
      // The names of classes are ASCII.
      this.#at += known.length;
      return known.test;
    }
    const code = this.#escapedCode();
    return (other) => other === code;
  }

  #escapedCode(): number {
    const rest = this.#chars.slice(this.#at, this.#at + 16).join("");
    const single = singleEscape(rest);
    if (single === undefined) throw this.#error(`\\${rest[0] ?? ""} means nothing`);
    this.#at += single.length;
    return single.code;
  }

  /** Behind `[`. */
  #set(): CharacterTest {
    const isNegated = this.#skip("^");
    const tests: CharacterTest[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const char = this.#peek();
      if (char === undefined) throw this.#error("a [ without its ]");
      if (char === "]" && !isFirst) break;
      tests.push(this.#setItem());
    }
    this.#at += 1;
    return (code) => tests.some((test) => test(code)) !== isNegated;
  }

  #setItem(): CharacterTest {
    const rest = this.#chars.slice(this.#at, this.#at + 64).join("");
    const named = namedClass(rest);
    if (named !== undefined) {
      this.#at += named.length;
      return named.test;
    }
    if (rest.startsWith("\\")) {
      const known = classEscape(rest.slice(1));
      if (known !== undefined) {
        this.#at += 1 + known.length;
        return known.test;
      }
    }
    const from = this.#setCharacter();
    if (this.#peek() !== "-" || this.#chars[this.#at + 1] === "]") return (code) => code === from;
    this.#at += 1;
    const to = this.#setCharacter();
    if (to < from) throw this.#error("a range that ends before it begins");
    return (code) => code >= from && code <= to;
  }

  #setCharacter(): number {
    const char = this.#peek();
    if (char === undefined) throw this.#error("a [ without its ]");
    this.#at += 1;
    return char === "\\" ? this.#escapedCode() : (char.codePointAt(0) ?? 0);
  }
}

const ASSERTIONS: ReadonlyMap<string, AssertionKind> = new Map([
  ["A", "start"],
  ["z", "end"],
  ["b", "word"],
  ["B", "noWord"],
]);

/** A character and its other cases. */
function casesOf(code: number): number[] {
  const char = String.fromCodePoint(code);
  const cases = [code];
  for (const other of [char.toLowerCase(), char.toUpperCase()]) {
    const otherCode = other.codePointAt(0);
    // "ß" has no single upper-case letter.
    if (otherCode !== undefined && other === String.fromCodePoint(otherCode)) cases.push(otherCode);
  }
  return cases;
}
