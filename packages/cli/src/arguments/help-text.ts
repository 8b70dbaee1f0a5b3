import { type Flag, HELP_FLAG, type VerbDeclaration } from "./declaration.ts";

/** The width that every terminal has. */
const HELP_COLUMNS = 80;

/** A verb as the list of verbs shows it. */
export interface VerbLine {
  readonly name: string;
  readonly summary: string;
}

/** What `spoor help` prints. */
export function overviewText(verbs: readonly VerbLine[]): string {
  const width = Math.max(...verbs.map(({ name }) => name.length));
  return [
    "spoor shows the shape of one request as it went through all services.",
    "",
    "usage: spoor <verb> [flags]",
    "",
    ...verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    'Run "spoor help <verb>" for its flags and examples, "spoor --version" for the version.',
    "",
  ].join("\n");
}

/** What `spoor help <verb>` prints. */
export function verbHelpText(verb: VerbDeclaration): string {
  const flags = [...verb.flags, HELP_FLAG];
  const width = Math.max(...flags.map((flag) => flagUsage(flag).length));
  return [
    `spoor ${verb.name} - ${verb.summary}`,
    "",
    `usage: ${usageLine(verb)}`,
    "",
    ...verb.details.flatMap((paragraph) => [...wrapped(paragraph), ""]),
    "flags:",
    ...flags.map((flag) => `  ${flagUsage(flag).padEnd(width)}  ${flagSummary(flag)}`),
    "",
    ...(verb.examples.length === 0 ? [] : ["examples:", ...indented(verb.examples), ""]),
  ].join("\n");
}

/** `spoor show <trace> [flags]`. */
export function usageLine(verb: VerbDeclaration): string {
  const parts = ["spoor", verb.name, verb.operands, "[flags]"];
  return parts.filter((part) => part !== "").join(" ");
}

/** `-o, --output <format>`. */
export function flagUsage(flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  return `${short}--${flag.name}${flag.kind === "value" ? ` ${flag.placeholder}` : ""}`;
}

/** The summary with the choices and what holds without the flag. */
export function flagSummary(flag: Flag): string {
  if (flag.kind === "switch") return flag.summary;
  const choices = flag.choices === undefined ? "" : `: ${flag.choices.join(", ")}`;
  const fallback = flag.fallback === undefined ? "" : ` (default ${flag.fallback})`;
  return `${flag.summary}${choices}${fallback}`;
}

/** The paragraph in lines of at most {@link HELP_COLUMNS}. */
function wrapped(paragraph: string): string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > HELP_COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
