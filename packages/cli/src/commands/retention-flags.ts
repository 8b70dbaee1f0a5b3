import type { RetentionPolicy } from "@spoor/server";
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { parseByteSize } from "../arguments/byte-size.ts";
import { parseElapsedTime } from "../arguments/elapsed-time.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";

/** The flags that say how long spans stay. */
export const RETENTION_FLAGS: readonly Flag[] = [
  {
    kind: "value",
    name: "retention",
    placeholder: "<time>",
    fallback: "SPOOR_RETENTION, else for ever",
    summary: "how long spans stay, such as 7d; whole days go",
  },
  {
    kind: "value",
    name: "retention-errors",
    placeholder: "<time>",
    fallback: "SPOOR_RETENTION_ERRORS, else as all others",
    summary: "how long traces with an error stay",
  },
  {
    kind: "value",
    name: "retention-size",
    placeholder: "<bytes>",
    fallback: "SPOOR_RETENTION_SIZE, else no limit",
    summary: "what all spans may take on disk, such as 20GiB; the oldest days go",
  },
];

/** What the flags and the environment ask to delete; undefined for nothing. */
export function retentionOf(
  given: ParsedArguments,
  {
    verb,
    environment,
  }: {
    readonly verb: VerbDeclaration;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): RetentionPolicy | undefined {
  const read = <T>(name: string, parse: (text: string) => T | undefined): T | undefined => {
    const variable = `SPOOR_${name.toUpperCase().replaceAll("-", "_")}`;
    // An empty variable is one that was switched off.
    const text = given.value(name) ?? (environment[variable] || undefined);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value !== undefined) return value;
    const source = given.value(name) === undefined ? variable : `--${name}`;
    const example = name === "retention-size" ? "20GiB" : "12h, 7d or 4w";
    throw usage(verb, `${source} is "${text}", and has to be something like ${example}`);
  };
  const ageNano = read("retention", parseElapsedTime);
  const errorAgeNano = read("retention-errors", parseElapsedTime);
  const sizeBytes = read("retention-size", parseByteSize);
  if (errorAgeNano !== undefined && ageNano === undefined) {
    throw usage(verb, "--retention-errors needs --retention, which says how long all others stay");
  }
  if (ageNano === undefined && sizeBytes === undefined) return undefined;
  return {
    ...(ageNano === undefined ? {} : { ageNano }),
    ...(errorAgeNano === undefined ? {} : { errorAgeNano }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}
