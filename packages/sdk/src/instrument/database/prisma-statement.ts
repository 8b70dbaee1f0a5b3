/** Statements of Prisma, whose instrumentation tells them whole and has no hook for that. */
import type { SpanOptions } from "@opentelemetry/api";
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
