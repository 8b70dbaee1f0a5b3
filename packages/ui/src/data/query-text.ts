/*
 * Takes queries apart and puts them together, as far as the page needs to: one more condition, one
 * less. What a query means is the server's affair.
 */

/** `traceql` and a condition that its spans must fulfil; with `isOut` must not. */
export function withCondition(traceql: string, condition: string, isOut = false): string {
  const clause = isOut ? `!(${condition})` : condition;
  const inner = onlyFilter(traceql);
  // A stage of its own: what came before may be a relation of spans or an aggregate.
  if (inner === undefined) return `${traceql.trim()} | { ${clause} }`;
  if (inner === "") return `{ ${clause} }`;
  const conditions = conjuncts(inner);
  if (conditions.includes(clause)) return `{ ${inner} }`;
  const before = conditions.length === 1 && splitTop(inner, "||").length > 1 ? `(${inner})` : inner;
  const after = splitTop(clause, "||").length > 1 ? `(${clause})` : clause;
  return `{ ${before} && ${after} }`;
}

/** The conditions of a query that is one filter, `{ a && b }`; none for any other. */
export function conditionsOf(traceql: string): string[] {
  const inner = onlyFilter(traceql);
  return inner === undefined || inner === "" ? [] : conjuncts(inner);
}

/** The query without one of its {@link conditionsOf}. */
export function withoutCondition(traceql: string, condition: string): string {
  const rest = conditionsOf(traceql).filter((one) => one !== condition);
  return rest.length === 0 ? "" : `{ ${rest.join(" && ")} }`;
}

/** A text as TraceQL writes it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What stands in the braces of a query that is nothing but them; undefined for any other. */
function onlyFilter(traceql: string): string | undefined {
  const text = traceql.trim();
  if (text === "") return "";
  if (!text.startsWith("{") || closingBrace(text) !== text.length - 1) return undefined;
  return text.slice(1, -1).trim();
}

function closingBrace(text: string): number {
  return scan(text, (character, depth) => character === "}" && depth === 0);
}

function conjuncts(inner: string): string[] {
  // With || beside it, && binds tighter: then no part can go without the others.
  return splitTop(inner, "||").length > 1 ? [inner] : splitTop(inner, "&&");
}

/** Splits at `operator` where it stands in no text, parentheses or braces. */
function splitTop(text: string, operator: "&&" | "||"): string[] {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const cut: string = rest;
    const at = scan(cut, (_, depth, index) => depth === 0 && cut.startsWith(operator, index));
    if (at === -1) return [...parts, cut.trim()];
    parts.push(cut.slice(0, at).trim());
    rest = cut.slice(at + operator.length);
  }
}

/** Where `isThere` first holds outside of texts; `depth` is that after the character. */
function scan(
  text: string,
  isThere: (character: string, depth: number, index: number) => boolean,
): number {
  let depth = 0;
  let quote = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== "") {
      if (character === "\\" && quote === '"') index += 1;
      else if (character === quote) quote = "";
      continue;
    }
    if (character === '"' || character === "`") quote = character;
    else if ("({[".includes(character)) depth += 1;
    else if (")}]".includes(character)) depth -= 1;
    if (isThere(character, depth, index)) return index;
  }
  return -1;
}
