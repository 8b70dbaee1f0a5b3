/* Tokens, read one after another: what the parsers of fields, spansets and metrics share. */
import { NESTING_DEPTH_MAX, QUERY_NODES_MAX } from "../base/limits.ts";
import type { Place } from "../base/place.ts";
import { SyntaxProblem, type Token } from "./lexer.ts";

/** Reads tokens and refuses what does not fit. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;
  #nodes = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The number of the token that is next. */
  get index(): number {
    return this.#index;
  }

  /** Goes back or forth to a token that was met before. */
  seek(index: number): void {
    this.#index = index;
  }

  /** The token that is next, or one further on. */
  peek(ahead: number = 0): Token {
    const last = this.#tokens.at(-1);
    const token = this.#tokens[this.#index + ahead] ?? last;
    if (token === undefined) throw new SyntaxProblem({ start: 0, end: 0 }, "there is no query");
    return token;
  }

  /** Takes the token that is next. */
  take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#index += 1;
    return token;
  }

  /** The text of the next token if it is a symbol or a word, else undefined. */
  get text(): string | undefined {
    const token = this.peek();
    return token.kind === "symbol" || token.kind === "word" ? token.text : undefined;
  }

  /** Whether the next token is this symbol. */
  isSymbol(text: string): boolean {
    const token = this.peek();
    return token.kind === "symbol" && token.text === text;
  }

  /** Whether the next token is this word. */
  isWord(text: string): boolean {
    const token = this.peek();
    return token.kind === "word" && token.text === text;
  }

  /** Takes the symbol if it is next. */
  skip(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.#index += 1;
    return true;
  }

  /** Takes the symbol. `purpose` says what it is for. */
  expect(text: string, purpose: string): Place {
    if (!this.isSymbol(text)) throw this.unexpected(`${text} ${purpose}`);
    return this.take().place;
  }

  /** From `start` to the end of the token that was taken last. */
  since(start: Place): Place {
    const end = this.#tokens[this.#index - 1]?.place.end ?? start.end;
    return { start: start.start, end: Math.max(end, start.end) };
  }

  /** The problem that the next token is not what was expected. */
  unexpected(expected: string): SyntaxProblem {
    const token = this.peek();
    const { place } = token;
    if (token.kind === "end") {
      return new SyntaxProblem(place, `the query ends where ${expected} is expected`);
    }
    const previous = this.#tokens[this.#index - 1];
    const isDoubled = this.isSymbol("=") && previous?.kind === "symbol" && previous.text === "=";
    const hint = isDoubled ? "Equality is a single =." : undefined;
    return new SyntaxProblem(place, `${expected} is expected here`, hint);
  }

  /** Runs `parse` one level deeper, and refuses what nests too deep. */
  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > NESTING_DEPTH_MAX) {
      const message = `more than ${NESTING_DEPTH_MAX} levels of parentheses are not read`;
      throw new SyntaxProblem(this.peek().place, message);
    }
    try {
      return parse();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Counts a step of the query, and refuses what has too many. */
  countNode(): void {
    this.#nodes += 1;
    if (this.#nodes <= QUERY_NODES_MAX) return;
    const message = `the query has more than ${QUERY_NODES_MAX} steps`;
    throw new SyntaxProblem(this.peek().place, message, "Split it, or use a regular expression.");
  }

  /** Whether one of these words, as a function, stands between the next token and its partner. */
  groupHas(words: ReadonlySet<string>): boolean {
    return this.#group().some(
      (token, at, group) => token.kind === "word" && words.has(token.text) && opens(group[at + 1]),
    );
  }

  /** Whether the parentheses that open next hold numbers and operators only. */
  groupIsScalar(): boolean {
    return this.#group().every(
      ({ kind, ...token }) =>
        kind === "int" ||
        kind === "float" ||
        kind === "duration" ||
        (kind === "symbol" && "text" in token && SCALAR_SYMBOLS.has(token.text)),
    );
  }

  /** The tokens from `(` to the `)` that belongs to it. */
  #group(): readonly Token[] {
    let depth = 0;
    for (let index = this.#index; index < this.#tokens.length; index += 1) {
      const token = this.#tokens[index];
      if (opens(token)) depth += 1;
      if (token?.kind === "symbol" && token.text === ")") depth -= 1;
      if (depth <= 0) return this.#tokens.slice(this.#index, index + 1);
    }
    return this.#tokens.slice(this.#index);
  }
}

const SCALAR_SYMBOLS: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "^", "(", ")"]);

function opens(token: Token | undefined): boolean {
  return token?.kind === "symbol" && token.text === "(";
}
