/*
 * Text to tokens.
 *
 * What makes TraceQL's tokens unusual: after the dot of an attribute nearly every character belongs
 * to its name (`.http.status-code`, `.a/b`), up to white space, a quotation mark or one of
 * `{}()=~!<>&|^,`; a name may have quoted parts (`span."with space".x`); and a dot before a digit
 * is a number when nothing but digits follows.
 */
import { QUERY_CHARACTERS_MAX } from "../base/limits.ts";
import type { Place, Problem } from "../base/place.ts";
import type { AttributeScope } from "./syntax-tree.ts";
import {
  ATTRIBUTE_SCOPES,
  EVENT_SCOPES,
  DURATION_UNITS,
  INTRINSIC_BY_SHORT_NAME,
} from "./vocabulary.ts";

/** One token. `end` stands behind the last character. */
export type Token =
  | { readonly kind: "symbol" | "word" | "end"; readonly text: string; readonly place: Place }
  | { readonly kind: "string"; readonly value: string; readonly place: Place }
  | { readonly kind: "int" | "duration"; readonly value: bigint; readonly place: Place }
  | { readonly kind: "float"; readonly value: number; readonly place: Place }
  /** `span:name`; `scope` may also be "parent". */
  | {
      readonly kind: "scoped";
      readonly scope: string;
      readonly name: string;
      readonly place: Place;
    }
  | {
      readonly kind: "attribute";
      readonly scope: AttributeScope;
      readonly key: string;
      readonly ofParent: boolean;
      /** Whether the name, after `parent.`, is that of an intrinsic and without quotation marks. */
      readonly isIntrinsic: boolean;
      readonly place: Place;
    };

/** Thrown inside this package only, to leave a recursion; the face turns it into data. */
export class SyntaxProblem extends Error {
  override readonly name = "SyntaxProblem";
  readonly problem: Problem;

  constructor(place: Place, message: string, hint?: string) {
    super(message);
    this.problem = { place, message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** Longest first, so that `!>>` is not read as `!` and `>>`. */
const SYMBOLS =
  "!>> !<< &>> &<< !> !< !~ &> &< &~ && || =~ != >= <= >> << = < > ~ ! + - * / % ^ ( ) { } | ,".split(
    " ",
  );

const NAME_END = /[\s{}()=~!<>&|^,]/u;
const DOT_NUMBER = /^\.\d+(?:[eE][+-]?\d+)?(?=[\s{}()=~!<>&|^,+\-*/%]|$)/u;
const NUMBER = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/u;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d)(?![A-Za-z_]))+/u;
const DURATION_PARTS = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d))+/u;
const WORD = /^[A-Za-z_]\w*/u;

/** The tokens of `text`, ending with one `end`. @throws SyntaxProblem at the first that is none. */
export function tokens(text: string): Token[] {
  if (text.length > QUERY_CHARACTERS_MAX) {
    throw new SyntaxProblem(
      { start: 0, end: 1 },
      `the query has ${text.length} characters, at most ${QUERY_CHARACTERS_MAX} are read`,
    );
  }
  const lexer = new Lexer(text);
  const found: Token[] = [];
  for (;;) {
    const token = lexer.next();
    found.push(token);
    if (token.kind === "end") return found;
  }
}

class Lexer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    while (/\s/u.test(this.#text[this.#at] ?? "")) this.#at += 1;
    const start = this.#at;
    const char = this.#text[start];
    if (char === undefined) return { kind: "end", text: "", place: { start, end: start } };
    if (char === '"' || char === "`") return this.#string(char);
    const rest = this.#text.slice(start, start + 4_096);
    if (/\d/u.test(char) || DOT_NUMBER.test(rest)) return this.#number(rest);
    if (char === ".") return this.#attribute(start, { scope: "any", ofParent: false });
    const word = WORD.exec(rest)?.[0];
    if (word !== undefined) return this.#word(word);
    const symbol = SYMBOLS.find((candidate) => rest.startsWith(candidate));
    if (symbol !== undefined) return { kind: "symbol", text: symbol, place: this.#take(symbol) };
    const hint = char === "'" ? 'Write text between " and ", or between ` and `.' : undefined;
    throw new SyntaxProblem(
      { start, end: start + 1 },
      `the character ${char} means nothing here`,
      hint,
    );
  }

  #take(text: string): Place {
    const start = this.#at;
    this.#at += text.length;
    return { start, end: this.#at };
  }

  #string(quote: string): Token {
    const start = this.#at;
    this.#at += 1;
    const value = quote === "`" ? this.#raw(start) : this.#quoted(start);
    return { kind: "string", value, place: { start, end: this.#at } };
  }

  #raw(start: number): string {
    const end = this.#text.indexOf("`", this.#at);
    if (end === -1) throw this.#unclosed(start);
    const value = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return value;
  }

  /** After the opening mark, up to and with the closing one. */
  #quoted(start: number): string {
    let value = "";
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw this.#unclosed(start);
      this.#at += 1;
      if (char === '"') return value;
      value += char === "\\" ? this.#escape() : char;
    }
  }

  #escape(): string {
    const start = this.#at - 1;
    const char = this.#text[this.#at] ?? "";
    this.#at += 1;
    const plain = ESCAPES.get(char);
    if (plain !== undefined) return plain;
    const digits = { x: 2, u: 4, U: 8 }[char];
    const hex = this.#text.slice(this.#at, this.#at + (digits ?? 0));
    const code = digits === hex.length && /^[\da-fA-F]+$/u.test(hex) ? parseInt(hex, 16) : -1;
    if (code < 0 || code > 0x10ffff) {
      throw new SyntaxProblem(
        { start, end: this.#at },
        `\\${char} is no escape`,
        "Write \\\\ for a backslash, or put the text between ` and `.",
      );
    }
    this.#at += hex.length;
    return String.fromCodePoint(code);
  }

  #unclosed(start: number): SyntaxProblem {
    return new SyntaxProblem(
      { start, end: this.#text.length },
      "this text does not end",
      `Add the closing ${this.#text[start] ?? '"'}.`,
    );
  }

  #number(rest: string): Token {
    const duration = DURATION.exec(rest)?.[0];
    if (duration !== undefined) {
      return { kind: "duration", value: durationNano(duration), place: this.#take(duration) };
    }
    const digits = NUMBER.exec(rest)?.[0] ?? "";
    const place = this.#take(digits);
    const unit = /^[A-Za-zµμ_]\w*/u.exec(this.#text.slice(this.#at, this.#at + 16))?.[0];
    if (unit !== undefined) {
      const end = place.end + unit.length;
      const hint = "Units of time are ns, us, ms, s, m, h and d.";
      throw new SyntaxProblem({ start: place.start, end }, `${unit} is no unit`, hint);
    }
    if (!/^\d+$/u.test(digits)) return { kind: "float", value: Number(digits), place };
    const value = BigInt(digits);
    if (value > 2n ** 63n - 1n) {
      const hint = "The largest is maxInt; a number with a point may be larger.";
      throw new SyntaxProblem(place, "this integer needs more than 64 bits", hint);
    }
    return { kind: "int", value, place };
  }

  #word(word: string): Token {
    const start = this.#at;
    this.#at += word.length;
    const next = this.#text[this.#at];
    if (next === "." && word === "parent") return this.#ofParent(start);
    const scope = ATTRIBUTE_SCOPES.find((name) => name === word);
    if (next === "." && scope !== undefined) {
      return this.#attribute(start, { scope, ofParent: false });
    }
    if (next === "." && EVENT_SCOPES.has(word)) {
      return this.#attribute(start, { scope: "event", ofParent: false, own: word });
    }
    if (next === ":") {
      const name = /^\w*/u.exec(this.#text.slice(this.#at + 1, this.#at + 64))?.[0] ?? "";
      this.#at += 1 + name.length;
      return { kind: "scoped", scope: word, name, place: { start, end: this.#at } };
    }
    return { kind: "word", text: word, place: { start, end: this.#at } };
  }

  /** Behind `parent`: `.resource.key`, `.duration`, `.key`. */
  #ofParent(start: number): Token {
    const rest = this.#text.slice(this.#at + 1, this.#at + 32);
    const scope = ATTRIBUTE_SCOPES.find((name) => rest.startsWith(`${name}.`));
    const own = [...EVENT_SCOPES.keys()].find((name) => rest.startsWith(`${name}.`));
    if (own !== undefined) {
      this.#at += 1 + own.length;
      return this.#attribute(start, { scope: "event", ofParent: true, own });
    }
    if (scope === undefined) return this.#attribute(start, { scope: "any", ofParent: true });
    this.#at += 1 + scope.length;
    return this.#attribute(start, { scope, ofParent: true });
  }

  /** At the dot before the name. */
  #attribute(
    start: number,
    {
      scope,
      ofParent,
      own = "",
    }: { readonly scope: AttributeScope; readonly ofParent: boolean; readonly own?: string },
  ): Token {
    this.#at += 1;
    let key = "";
    let isQuoted = false;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || NAME_END.test(char)) break;
      const partStart = this.#at;
      this.#at += 1;
      if (char === '"') isQuoted = true;
      key += char === '"' ? this.#quoted(partStart) : char;
    }
    const place = { start, end: this.#at };
    if (key === "") {
      const hint = "Write the name behind the point, such as .http.route or span.http.route.";
      throw new SyntaxProblem(place, "an attribute needs a name", hint);
    }
    const mayBeIntrinsic = ofParent && scope === "any" && !isQuoted;
    const isIntrinsic = mayBeIntrinsic && INTRINSIC_BY_SHORT_NAME.has(key);
    const prefix = EVENT_SCOPES.get(own) ?? "";
    return { kind: "attribute", scope, key: `${prefix}${key}`, ofParent, isIntrinsic, place };
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Nanoseconds of `1h30m`, or undefined when the text is no duration. */
export function parseDurationNano(text: string): bigint | undefined {
  return DURATION_PARTS.exec(text)?.[0] === text ? durationNano(text) : undefined;
}

function durationNano(text: string): bigint {
  let nano = 0n;
  for (const [, whole = "0", fraction = "", unit = ""] of text.matchAll(
    /(\d+)(?:\.(\d+))?([a-zµμ]+)/gu,
  )) {
    const unitNano = DURATION_UNITS.get(unit) ?? 0;
    nano += BigInt(whole) * BigInt(unitNano);
    if (fraction !== "") nano += BigInt(Math.round(Number(`0.${fraction}`) * unitNano));
  }
  return nano;
}
