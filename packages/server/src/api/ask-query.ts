/* The text of a query to the query, or to a problem that points at its place. */
import {
  check,
  lineAndColumn,
  parse,
  type Problem as QueryFault,
  problemText,
  type Query,
  print,
  translate,
} from "@spoor/traceql";
import type { Problem } from "./problem.ts";

/** A query that can be asked, and how it was understood. */
export interface Asked<Kind extends Query["kind"]> {
  readonly query: Extract<Query, { kind: Kind }>;
  readonly traceql: string;
  readonly isTranslated: boolean;
}

/** A search in TraceQL or in the plain form; empty text finds everything. */
export function askSearch(text: string): Asked<"search"> | Problem {
  const translation = translate(text);
  if (!translation.ok) return queryInvalid(text, translation.problem);
  const { traceql } = translation;
  const query = checked(traceql);
  if ("code" in query) return query;
  if (query.kind === "search") {
    return { query, traceql: print(query), isTranslated: !isSame(traceql, text) };
  }
  const place = { start: 0, end: text.length };
  const message = "this is a question for numbers, and here traces are looked for";
  return queryInvalid(text, {
    place,
    message,
    hint: "Leave out what stands behind the spans, or ask /api/v1/query-range.",
  });
}

/** Nothing was translated when there was nothing, or TraceQL already. */
function isSame(traceql: string, text: string): boolean {
  return text.trim() === "" || traceql === text.trim();
}

/** A metrics query in TraceQL. */
export function askMetrics(text: string): Asked<"metrics"> | Problem {
  const query = checked(text);
  if ("code" in query) return query;
  if (query.kind === "metrics") return { query, traceql: print(query), isTranslated: false };
  const place = { start: text.length, end: text.length };
  const message = "this finds spans, and here numbers are asked for";
  return queryInvalid(text, { place, message, hint: "Write … | rate()." });
}

/** Reads and checks TraceQL. */
export function checked(text: string): Query | Problem {
  const parsed = parse(text);
  if (!parsed.ok) return queryInvalid(text, parsed.problem);
  const [fault] = check(parsed.query);
  return fault === undefined ? parsed.query : queryInvalid(text, fault);
}

/** The problem of a query, with its place. */
export function queryInvalid(text: string, fault: QueryFault): Problem {
  const { start, end } = fault.place;
  const { line, column } = lineAndColumn(text, start);
  const suggestion = fault.hint ?? "";
  return {
    code: "SPOOR_API_QUERY_INVALID",
    title: "The query cannot be asked",
    status: 400,
    detail: `${line}:${column}: ${fault.message}`,
    ...(suggestion === "" ? {} : { hint: suggestion }),
    query: {
      start,
      end,
      line,
      column,
      message: fault.message,
      suggestion,
      text: problemText(text, fault),
    },
  };
}
