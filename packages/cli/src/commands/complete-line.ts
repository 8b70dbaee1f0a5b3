/*
 * What may stand at the end of a command line.
 *
 * 1. The second word is a verb; what begins with a dash is a flag of the verb; behind a flag with
 *    choices stands one of them.
 * 2. Behind `--service` stands a service, behind `--by` a field.
 * 3. An operand of a verb about a trace is a selector or a recent id; an operand of a verb with a
 *    query is TraceQL when it has a brace, else a word of the plain form.
 *
 * Candidates replace the last word, from the last space of the line on, quotation mark included.
 */
import type { AttributeKeysAnswer, AttributeValuesAnswer, ServicesAnswer } from "@spoor/trace";
import { type Flag, HELP_FLAG, type VerbDeclaration } from "../arguments/declaration.ts";
import { complete, list } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";

/** What completing needs. */
export interface CompletionParts {
  readonly client: SpoorClient;
  readonly verbs: readonly string[];
  readonly declarationOf: (verb: string) => Promise<VerbDeclaration>;
}

const ITEMS_MAX = 100;
const RECENT_IDS_MAX = 10;

/** The words that may take the place of the last one. */
export async function completeLine(line: string, parts: CompletionParts): Promise<string[]> {
  const words = line.trimStart().split(/\s+/u);
  const last = words.at(-1) ?? "";
  const [, verb = ""] = words;
  if (words.length <= 2) return parts.verbs.filter((name) => name.startsWith(last));
  const declaration = await parts.declarationOf(verb);
  const flags = [...declaration.flags, HELP_FLAG];
  const before = words.at(-2) ?? "";
  const flag = flags.find((one) => one.kind === "value" && isNamed(one, before));
  if (flag !== undefined) return valuesOfFlag(flag, last, parts);
  if (last.startsWith("-")) {
    return flags.map(({ name }) => `--${name}`).filter((name) => name.startsWith(last));
  }
  if (verb === "help") return parts.verbs.filter((name) => name.startsWith(last));
  if (/query/u.test(declaration.operands)) return query(line, last, parts);
  return /trace/u.test(declaration.operands) ? references(last, parts) : [];
}

function isNamed({ name, short }: Flag, word: string): boolean {
  return word === `--${name}` || (short !== undefined && word === `-${short}`);
}

async function valuesOfFlag(flag: Flag, last: string, parts: CompletionParts): Promise<string[]> {
  if (flag.kind === "value" && flag.choices !== undefined) {
    return flag.choices.filter((choice) => choice.startsWith(last));
  }
  if (flag.name === "service") return services(last, parts);
  return flag.name === "by" ? fields(last, parts) : [];
}

async function services(prefix: string, { client }: CompletionParts): Promise<string[]> {
  const path = "services";
  const answer = await list<ServicesAnswer>(client, path, { field: "services", limit: ITEMS_MAX });
  return answer.services.map(({ service }) => service).filter((name) => name.startsWith(prefix));
}

async function fields(prefix: string, { client }: CompletionParts): Promise<string[]> {
  const [, scope = "", key = ""] = /^(?:(span|resource|event|link)\.)?(.*)$/u.exec(prefix) ?? [];
  const parameters = { scope, prefix: key, limit: ITEMS_MAX, field: "keys" } as const;
  const answer = await list<AttributeKeysAnswer>(client, "keys", parameters);
  return answer.keys.map(({ field }) => field);
}

async function references(prefix: string, { client }: CompletionParts): Promise<string[]> {
  const selectors = ["@last", "@slowest", "@error"];
  if (prefix.startsWith("@")) return selectors.filter((name) => name.startsWith(prefix));
  const { traces } = await client.listTraces({ limit: RECENT_IDS_MAX });
  const ids = traces.map(({ traceId }) => traceId);
  return [...(prefix === "" ? selectors : []), ...ids].filter((id) => id.startsWith(prefix));
}

/** Words of the plain form, or of TraceQL behind an opening brace. */
async function query(line: string, last: string, parts: CompletionParts): Promise<string[]> {
  const start = line.search(/["']?[!(]*\{/u);
  if (start < 0) return plainWords(last, parts);
  const mark = /^["']/u.exec(line.slice(start))?.[0] ?? "";
  const text = line.slice(start + mark.length);
  const found = await complete(parts.client, text);
  // The last word may begin before what is replaced: `{name=` is one word of the shell.
  const lastStart = text.length - last.length;
  const kept = found.start >= lastStart ? text.slice(lastStart, found.start) : "";
  return found.items.map((item) => `${kept}${item.text}`.trimEnd());
}

const PLAIN_KEYS = ["service", "name", "status", "kind", "duration", "root", "rootservice"];

async function plainWords(last: string, parts: CompletionParts): Promise<string[]> {
  const [, mark = "", key = "", operator, value = ""] =
    /^(["']?-?)([^\s:=<>!]*)([:=]|!=)?(.*)$/u.exec(last) ?? [];
  if (operator === undefined) {
    const attributes = await fields(key, parts);
    const names = [...PLAIN_KEYS, ...attributes].filter((name) => name.startsWith(key));
    return names.map((name) => `${mark}${name}:`);
  }
  const field = FIELD_OF_PLAIN_KEY[key] ?? (key.includes(".") ? fieldOfKey(key) : undefined);
  if (field === undefined) return [];
  const answer = await list<AttributeValuesAnswer>(parts.client, "values", {
    key: field,
    prefix: value,
    limit: ITEMS_MAX,
    field: "values",
  });
  return answer.values
    .map(({ value: found }) => found.text)
    .filter((text) => text.startsWith(value) && !/\s/u.test(text))
    .map((text) => `${mark}${key}${operator}${text}`);
}

/** What the words of the plain form mean. */
const FIELD_OF_PLAIN_KEY: Readonly<Record<string, string>> = {
  service: "resource.service.name",
  name: "name",
  status: "status",
  kind: "kind",
  root: "trace:rootName",
  rootservice: "trace:rootService",
};

function fieldOfKey(key: string): string {
  return /^(?:span|resource|event|link)\./u.test(key) ? key : `.${key}`;
}
