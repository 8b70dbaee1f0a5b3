import type { Span } from "../span/span.ts";
import { keys } from "./keys.ts";

/**
 * The text of the database call that a span stands for, as its sender recorded it, by its present
 * or its old attribute name; undefined for any other span.
 */
export function databaseStatement(span: Pick<Span, "attributes">): string | undefined {
  const text = span.attributes.get(keys.dbQueryText) ?? span.attributes.get(keys.dbStatement);
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}

/**
 * What a span is called in a tree: its name and, for a database call, the statement on one line,
 * unless the name has it already.
 *
 * Names are often the beginning of the statement, which is then printed once. Drivers repeat the
 * command: a span `redis.Get` carries `GET inventory:item_42`. Where the
 * statement begins with the last word of the name, that word is printed once.
 *
 * @example
 * spanTitle(span); // "postgres.Query SELECT * FROM inventory", "redis.Get inventory:item_42"
 */
export function spanTitle(span: Pick<Span, "name" | "attributes">): string {
  const name = onOneLine(span.name);
  const statement = onOneLine(databaseStatement(span) ?? "");
  if (statement === "" || name.includes(statement)) return name;
  // Instrumentations name a span after the beginning of its statement: `UPDATE inventory`.
  if (statement.toLowerCase().startsWith(name.toLowerCase())) return statement;
  const [command = ""] = statement.split(" ", 1);
  if (lastWord(name) !== command.toLowerCase()) return `${name} ${statement}`;
  return `${name}${statement.slice(command.length)}`;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function lastWord(name: string): string {
  return (/[\p{L}\p{N}_]+$/u.exec(name)?.[0] ?? "").toLowerCase();
}
