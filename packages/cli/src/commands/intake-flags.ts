import type { SyncMode } from "@spoor/server";
import { formatBytes, DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
import { parseByteSize } from "../arguments/byte-size.ts";
import type { Flag } from "../arguments/declaration.ts";
import { flagOrVariable, type SettingSource, variableOf } from "../arguments/flag-or-variable.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";

const SYNC_MODES: readonly SyncMode[] = ["fsync", "os", "none"];

/** A limit of what senders put into their spans, as a flag. */
interface LimitFlag {
  readonly name: string;
  readonly limit: keyof DecodeLimits;
  readonly isBytes: boolean;
  readonly summary: string;
}

/** The one list of them. */
const LIMIT_FLAGS: readonly LimitFlag[] = [
  {
    name: "max-attribute-value",
    limit: "attributeValueBytesMax",
    isBytes: true,
    summary: "the longest value of an attribute; a longer one is cut and marked",
  },
  {
    name: "max-attribute-key",
    limit: "attributeKeyBytesMax",
    isBytes: true,
    summary: "the longest key of an attribute; a longer one is cut and marked",
  },
  {
    name: "max-attributes",
    limit: "attributeCountMax",
    isBytes: false,
    summary: "the attributes of one span, event or link; further ones are left out and counted",
  },
];

/** The flags that say what becomes of a request before it is stored. */
export const INTAKE_FLAGS: readonly Flag[] = [
  {
    kind: "value",
    name: "spool",
    placeholder: "<mode>",
    fallback: `${variableOf("spool")}, else fsync`,
    summary: "what is acknowledged when: on the disk (fsync), with the system (os), at once (none)",
  },
  ...LIMIT_FLAGS.map(({ name, limit, isBytes, summary }): Flag => ({
    kind: "value",
    name,
    placeholder: isBytes ? "<bytes>" : "<count>",
    fallback: `${variableOf(name)}, else ${textOf(DECODE_LIMITS[limit], isBytes)}`,
    summary,
  })),
];

/** When a request is acknowledged, as the flags and the environment say it. */
export function syncModeOf(given: ParsedArguments, source: SettingSource): SyncMode {
  const mode = flagOrVariable(given, source, {
    name: "spool",
    parse: (text) => SYNC_MODES.find((known) => known === text),
    example: SYNC_MODES.join(" or "),
  });
  return mode ?? "fsync";
}

/** The limits that the flags and the environment set; the others stay as they are. */
export function decodeLimitsOf(given: ParsedArguments, source: SettingSource): DecodeLimits {
  const changed = LIMIT_FLAGS.flatMap(({ name, limit, isBytes }) => {
    const example = textOf(DECODE_LIMITS[limit], isBytes);
    const parse = isBytes ? parseByteSize : parseCount;
    const value = flagOrVariable(given, source, { name, parse, example });
    return value === undefined ? [] : [[limit, value] as const];
  });
  return { ...DECODE_LIMITS, ...Object.fromEntries(changed) };
}

function textOf(value: number, isBytes: boolean): string {
  return isBytes ? formatBytes(value).replace(" ", "") : String(value);
}

function parseCount(text: string): number | undefined {
  const count = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0 ? count : undefined;
}
