import type { RetentionPolicy } from "@spoor/server";
import { parseElapsedTime } from "@spoor/trace";
import type { Flag } from "../arguments/declaration.ts";
import { parseByteSize } from "../arguments/byte-size.ts";
import { flagOrVariable, type SettingSource } from "../arguments/flag-or-variable.ts";
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
  source: SettingSource,
): RetentionPolicy | undefined {
  const { verb } = source;
  const age = { parse: parseElapsedTime, example: "12h, 7d or 4w" };
  const ageNano = flagOrVariable(given, source, { name: "retention", ...age });
  const errorAgeNano = flagOrVariable(given, source, { name: "retention-errors", ...age });
  const sizeBytes = flagOrVariable(given, source, {
    name: "retention-size",
    parse: parseByteSize,
    example: "20GiB",
  });
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
