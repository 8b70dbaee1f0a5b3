/*
 * Values that stand as literals in a file of Go: what a test of Go holds against its subject.
 *
 * Expressions are evaluated while they are read: literals of every kind, `+ - * /`, fields,
 * indexes, and calls of functions that the caller gives. Statements are not run; the assignments
 * among them to wanted variables are looked for in their order.
 */

/** A value: a struct or a map is an object, a slice an array. */
export type GoValue = string | number | boolean | null | GoFunction | GoList | GoObject;

/** A function that expressions may call. */
export type GoFunction = (...values: GoValue[]) => GoValue;
interface GoList extends ReadonlyArray<GoValue> {}
/** Fields by their names. */
export interface GoObject {
  readonly [field: string]: GoValue;
}

/** What names mean, dotted ones as a whole: `time.Second`. */
export type GoNames = Map<string, GoValue>;

interface Token {
  readonly kind: "name" | "number" | "text" | "sign";
  readonly text: string;
  readonly line: number;
}

/** A value that is a slice; undefined too is none. */
export function isList(value: GoValue | undefined): value is readonly GoValue[] {
  return Array.isArray(value);
}

/** What `%v` prints of a text, a number or a truth value; empty for everything else. */
export function goText(value: GoValue | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Owns the tokens of a file. */
export class GoSource {
  readonly #tokens: readonly Token[];

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  /**
   * Evaluates what a function assigns to the wanted variables, in the order of the text, and gives
   * them to `names`; every assignment is yielded. @throws Error when there is no such function.
   */
  *assignments(
    functionName: string,
    wanted: readonly string[],
    names: GoNames,
  ): Generator<readonly [variable: string, value: GoValue]> {
    const { from, to } = this.#body(functionName);
    for (let at = from; at < to; at += 1) {
      const variable = this.#tokens[at]?.text ?? "";
      const isAssigned = /^:?=$/u.test(this.#tokens[at + 1]?.text ?? "");
      const isField = this.#tokens[at - 1]?.text === ".";
      if (!isAssigned || isField || !wanted.includes(variable)) continue;
      const reader = new ExpressionReader(this.#tokens, at + 2, names);
      const value = reader.expression();
      names.set(variable, value);
      at = reader.at - 1;
      yield [variable, value];
    }
  }

  /** The value of a constant of the file. */
  constant(name: string, names: GoNames): GoValue {
    const at = this.#tokens.findIndex(
      ({ text }, index) => text === "const" && this.#tokens[index + 1]?.text === name,
    );
    if (at === -1) throw new Error(`there is no constant ${name}`);
    return new ExpressionReader(this.#tokens, at + 3, names).expression();
  }

  #body(functionName: string): { readonly from: number; readonly to: number } {
    const start = this.#tokens.findIndex(
      ({ text }, index) => text === "func" && this.#tokens[index + 1]?.text === functionName,
    );
    if (start === -1) throw new Error(`there is no function ${functionName}`);
    const next = this.#tokens.findIndex(
      ({ text, line }, index) =>
        index > start && text === "func" && this.#tokens[index - 1]?.line !== line,
    );
    return { from: start, to: next === -1 ? this.#tokens.length : next };
  }
}

const TOKEN = new RegExp(
  [
    /(?<space>\s+|\/\/.*|\/\*[^]*?\*\/)/u,
    /(?<text>`[^`]*`|"(?:[^"\\\n]|\\.)*")/u,
    /(?<name>[\p{L}_][\p{L}\d_]*)/u,
    /(?<number>\d[\d_]*(?:\.\d+)?)/u,
    /(?<sign>:=|\.\.\.|&&|\|\||[!=<>+\-*/]=|'(?:[^'\\]|\\.)+'|[^])/u,
  ]
    .map(({ source }) => source)
    .join("|"),
  "guy",
);

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const match of source.matchAll(TOKEN)) {
    for (const kind of ["name", "number", "text", "sign"] as const) {
      const text = match.groups?.[kind];
      if (text !== undefined) tokens.push({ kind, text, line });
    }
    line += match[0].split("\n").length - 1;
  }
  return tokens;
}

class ExpressionReader {
  readonly #tokens: readonly Token[];
  readonly #names: GoNames;
  at: number;

  constructor(tokens: readonly Token[], at: number, names: GoNames) {
    this.#tokens = tokens;
    this.at = at;
    this.#names = names;
  }

  expression(): GoValue {
    let left = this.#product();
    for (let sign = this.#take("+", "-"); sign !== ""; sign = this.#take("+", "-")) {
      const right = this.#product();
      if (typeof left === "string") left = left + goText(right);
      else left = sign === "+" ? Number(left) + Number(right) : Number(left) - Number(right);
    }
    return left;
  }

  #product(): GoValue {
    let left = this.#unary();
    for (let sign = this.#take("*", "/"); sign !== ""; sign = this.#take("*", "/")) {
      const right = Number(this.#unary());
      left = sign === "*" ? Number(left) * right : Math.trunc(Number(left) / right);
    }
    return left;
  }

  #unary(): GoValue {
    if (this.#take("&") !== "") return this.#unary();
    if (this.#take("-") !== "") return -Number(this.#unary());
    let value = this.#operand();
    for (;;) {
      if (this.#take("(") !== "") value = this.#call(value);
      else if (this.#take("[") !== "") value = this.#index(value);
      else return value;
    }
  }

  #operand(): GoValue {
    const token = this.#next();
    if (token.kind === "text") {
      const { text } = token;
      // The escapes of Go that occur are those of JSON.
      return text.startsWith("`") ? text.slice(1, -1) : String(JSON.parse(text));
    }
    if (token.kind === "number") return Number(token.text.replaceAll("_", ""));
    if (token.text === "(") {
      const value = this.expression();
      this.#expect(")");
      return value;
    }
    if (token.text === "{") return this.#composite(false);
    if (token.text === "[" || token.text === "map") {
      this.at -= 1;
      const isSlice = token.text === "[";
      this.#skipType();
      this.#expect("{");
      return this.#composite(isSlice);
    }
    if (token.kind === "name") return this.#named(token);
    throw this.#unreadable(token);
  }

  /** A name, dotted or not, or a struct of the type of that name. */
  #named(token: Token): GoValue {
    let name = token.text;
    while (this.#take(".") !== "") name += `.${this.#next().text}`;
    if (this.#take("{") !== "") return this.#composite(false);
    if (name === "nil") return null;
    if (name === "true" || name === "false") return name === "true";
    const value = this.#names.get(name);
    if (value === undefined) throw this.#unreadable({ ...token, text: name });
    return value;
  }

  /** After its opening brace. */
  #composite(isSlice: boolean): GoValue {
    const list: GoValue[] = [];
    const fields: Record<string, GoValue> = {};
    while (this.#take("}") === "") {
      const key = this.#key();
      if (key === undefined) list.push(this.expression());
      else fields[key] = this.expression();
      if (this.#take(",") === "" && this.#tokens[this.at]?.text !== "}") {
        throw this.#unreadable(this.#next());
      }
    }
    return isSlice || list.length > 0 ? list : fields;
  }

  #key(): string | undefined {
    const token = this.#tokens[this.at];
    if (this.#tokens[this.at + 1]?.text !== ":" || token === undefined) return undefined;
    this.at += 2;
    return token.kind === "text" ? token.text.slice(1, -1) : token.text;
  }

  #call(called: GoValue): GoValue {
    const values: GoValue[] = [];
    while (this.#take(")") === "") {
      const value = this.expression();
      if (this.#take("...") !== "" && isList(value)) values.push(...value);
      else values.push(value);
      this.#take(",");
    }
    if (typeof called !== "function") throw this.#unreadable(this.#next());
    return called(...values);
  }

  #index(value: GoValue): GoValue {
    const index = Number(this.expression());
    this.#expect("]");
    const element = isList(value) ? value[index] : undefined;
    if (element === undefined) throw this.#unreadable(this.#next());
    return element;
  }

  /** The fields of a type without a name stand in braces before those of the value. */
  #skipType(): void {
    while (this.#tokens[this.at]?.text !== "{") this.at += 1;
    if (this.#tokens[this.at - 1]?.text !== "struct") return;
    while (this.#tokens[this.at]?.text !== "}") this.at += 1;
    this.at += 1;
  }

  #next(): Token {
    const token = this.#tokens[this.at];
    if (token === undefined) throw new Error("the file of Go ends too early");
    this.at += 1;
    return token;
  }

  /** Goes on behind a sign if it stands here: returns it, else an empty text. */
  #take(...signs: readonly string[]): string {
    const token = this.#tokens[this.at];
    if (token?.kind !== "sign" || !signs.includes(token.text)) return "";
    this.at += 1;
    return token.text;
  }

  #expect(sign: string): void {
    if (this.#take(sign) === "") throw this.#unreadable(this.#next());
  }

  #unreadable({ text, line }: Token): Error {
    return new Error(`cannot read ${text} in line ${line} of the file of Go`);
  }
}
