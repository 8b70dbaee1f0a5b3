import type { VerbDeclaration } from "./declaration.ts";
import { type ParsedArguments, usage } from "./parse-arguments.ts";

/** Where a setting is looked for. */
export interface SettingSource {
  readonly verb: VerbDeclaration;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The environment variable that stands for a flag: SPOOR_RETENTION_SIZE for `retention-size`. */
export function variableOf(name: string): string {
  return `SPOOR_${name.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * The value of a flag, else that of its environment variable, read by `parse`; undefined when
 * neither is set.
 *
 * @throws a usage error that names the flag or the variable when `parse` returns undefined;
 * `example` says what would do.
 */
export function flagOrVariable<T>(
  given: ParsedArguments,
  { verb, environment }: SettingSource,
  {
    name,
    parse,
    example,
  }: {
    readonly name: string;
    readonly parse: (text: string) => T | undefined;
    readonly example: string;
  },
): T | undefined {
  const variable = variableOf(name);
  // An empty variable is one that was switched off.
  const text = given.value(name) ?? (environment[variable] || undefined);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  const source = given.value(name) === undefined ? variable : `--${name}`;
  throw usage(verb, `${source} is "${text}", and has to be something like ${example}`);
}
