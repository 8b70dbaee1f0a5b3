import { parseArgs } from "node:util";
import { invariant, nearest, type SpoorError } from "@spoor/trace";
import { failure } from "../exit/error-codes.ts";
import { type Flag, HELP_FLAG, type VerbDeclaration } from "./declaration.ts";

/** The arguments of one verb, checked against its declaration. */
export interface ParsedArguments {
  readonly operands: readonly string[];
  /** The value of a flag; undefined when it is absent. */
  value(name: string): string | undefined;
  /** How often a switch is there; 0 when it is absent. */
  count(name: string): number;
}

/**
 * Reads what stands behind the verb.
 *
 * @throws SPOOR_CLI_USAGE for an unknown flag (naming the nearest), a missing or a wrong value, or
 * too few or too many operands. After `--help` operands are not counted.
 */
export function parseArguments(verb: VerbDeclaration, given: readonly string[]): ParsedArguments {
  const flags = [...verb.flags, HELP_FLAG];
  const { tokens } = parseArgs({
    args: [...given],
    options: Object.fromEntries(flags.map((flag) => [flag.name, parseOption(flag)])),
    allowPositionals: true,
    // Checked below: our words name the nearest flag, those of Node do not.
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string>();
  const counts = new Map<string, number>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find(({ name }) => name === token.name);
    if (flag === undefined) throw unknownFlag(token.rawName, { verb, flags });
    if (flag.kind === "value") values.set(flag.name, checkValue(flag, token.value, verb));
    else if (token.value === undefined) counts.set(flag.name, (counts.get(flag.name) ?? 0) + 1);
    else throw usage(verb, `--${flag.name} takes no value`);
  }
  if (!counts.has(HELP_FLAG.name)) checkOperands(verb, operands);
  return {
    operands,
    value: (name) => values.get(declared(name, flags, "value")),
    count: (name) => counts.get(declared(name, flags, "switch")) ?? 0,
  };
}

/** A usage error of `verb`, whose hint is the verb's help. */
export function usage(verb: VerbDeclaration, why: string, hint?: string): SpoorError {
  return failure("SPOOR_CLI_USAGE", {
    what: `cannot run "spoor ${verb.name}"`,
    why,
    hint: hint ?? `run "spoor help ${verb.name}" to see what it takes`,
  });
}

/** The whole number in `text`, or a usage error. */
export function wholeNumber(
  text: string,
  {
    verb,
    name,
    min,
    max,
  }: {
    readonly verb: VerbDeclaration;
    readonly name: string;
    readonly min: number;
    readonly max: number;
  },
): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw usage(verb, `${name} must be a whole number from ${min} to ${max}, not "${text}"`);
}

function parseOption(flag: Flag): { type: "string" | "boolean"; short?: string; multiple: true } {
  const type = flag.kind === "value" ? "string" : "boolean";
  return { type, multiple: true, ...(flag.short === undefined ? {} : { short: flag.short }) };
}

function checkValue(
  flag: Flag & { readonly kind: "value" },
  value: string | undefined,
  verb: VerbDeclaration,
): string {
  if (value === undefined) throw usage(verb, `--${flag.name} needs a value, ${flag.placeholder}`);
  if (flag.choices === undefined || flag.choices.includes(value)) return value;
  const guess = nearest(value, flag.choices);
  const why = `--${flag.name} is one of ${flag.choices.join(", ")}, not "${value}"`;
  throw usage(verb, why, guess === undefined ? undefined : `did you mean --${flag.name} ${guess}?`);
}

function unknownFlag(
  rawName: string,
  { verb, flags }: { readonly verb: VerbDeclaration; readonly flags: readonly Flag[] },
): SpoorError {
  const guess = nearest(
    rawName.replace(/^-+/, ""),
    flags.map(({ name }) => name),
  );
  const why = `it has no flag ${rawName}`;
  return usage(verb, why, guess === undefined ? undefined : `did you mean --${guess}?`);
}

function checkOperands(verb: VerbDeclaration, operands: readonly string[]): void {
  if (operands.length < verb.operandCountMin) throw usage(verb, `it needs ${verb.operands}`);
  const extra = operands[verb.operandCountMax];
  if (extra !== undefined) throw usage(verb, `"${extra}" is one argument too many`);
}

function declared(name: string, flags: readonly Flag[], kind: Flag["kind"]): string {
  const isDeclared = flags.some((flag) => flag.name === name && flag.kind === kind);
  invariant(isDeclared, "a verb reads only flags that it declares", { name, kind });
  return name;
}
