/* The flags that say in which form a verb prints its answer. */
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";

/** Forms of a table. */
export const TABLE_FORMS = ["table", "json", "jsonl", "csv", "md"] as const;

/** Forms that are JSON, line by line or in one piece. */
const JSON_FORMS: ReadonlySet<string> = new Set(["json", "jsonl", "otlp"]);

const JQ_FLAG: Flag = {
  kind: "value",
  name: "jq",
  placeholder: "<program>",
  summary: "print what this jq program makes of the JSON; text without quotation marks",
};

/** `-o, --output` of these forms, the first if it is not given, and `--jq` where some are JSON. */
export function outputFlags(forms: readonly string[], summary = "what to print"): readonly Flag[] {
  const output: Flag = {
    kind: "value",
    name: "output",
    short: "o",
    placeholder: "<format>",
    choices: forms,
    ...(forms[0] === undefined ? {} : { fallback: forms[0] }),
    summary,
  };
  return forms.some((form) => JSON_FORMS.has(form)) ? [output, JQ_FLAG] : [output];
}

/** The jq program that a verb was given, and the arguments with JSON as the output. */
export interface JqRequest {
  readonly program: string;
  readonly given: ParsedArguments;
}

/** What `--jq` asks for; undefined without it. @throws SPOOR_CLI_USAGE beside what is no JSON */
export function jqRequest(verb: VerbDeclaration, given: ParsedArguments): JqRequest | undefined {
  const output = verb.flags.find((flag) => flag.name === "output");
  const takesJq = verb.flags.some(({ name }) => name === JQ_FLAG.name);
  const program = takesJq ? given.value(JQ_FLAG.name) : undefined;
  if (program === undefined || output?.kind !== "value") return undefined;
  const form = given.value("output") ?? output.choices?.find((choice) => JSON_FORMS.has(choice));
  if (form === undefined || !JSON_FORMS.has(form)) {
    throw usage(verb, `--jq reads JSON, and the output is ${form ?? "none"}`, "leave -o out");
  }
  const value = (name: string): string | undefined =>
    name === "output" ? form : given.value(name);
  return { program, given: { ...given, value } };
}
