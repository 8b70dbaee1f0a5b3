/*
 * What the instrumentation of Prisma leaves open, and has no hook for: it tells statements whole,
 * and of what failed nothing.
 */
import { type Span, type SpanOptions, SpanStatusCode } from "@opentelemetry/api";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { sanitiseStatement } from "./sanitise-statement.ts";

/** Where `"x"` is a name. Elsewhere it may be a string, and goes. */
const QUOTES_NAMES = new Set<unknown>(["postgresql", "cockroachdb", "sqlite", "mssql"]);

/** What a span of Prisma is to begin with: the same, without the literals of its statement. */
export function withoutPrismaLiterals(options: SpanOptions): SpanOptions {
  const { attributes } = options;
  const statement = attributes?.[keys.dbQueryText];
  if (typeof statement !== "string") return options;
  const dialect = QUOTES_NAMES.has(attributes?.[keys.dbSystemName]) ? "postgresql" : "mysql";
  const text = sanitiseStatement(statement, dialect);
  return { ...options, attributes: { ...attributes, [keys.dbQueryText]: text } };
}

/** Says on its span that something failed; the text of an error holds arguments and values. */
export function notePrismaFailure(span: Span, error: unknown, isSanitised: boolean): void {
  const failure = error instanceof Error ? error : new Error(String(error));
  // Its own errors have a code such as P2002, and a name.
  const { code, name } = failure as NodeJS.ErrnoException;
  const type = typeof code === "string" ? code : name;
  const sanitised = type === name ? name : `${name} (${type})`;
  span.setAttribute(keys.errorType, type);
  span.recordException(isSanitised ? sanitised : failure);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: isSanitised ? sanitised : failure.message,
  });
}
