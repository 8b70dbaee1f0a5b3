import { invariant } from "@spoor/trace";
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, wholeNumber } from "../arguments/parse-arguments.ts";
import { TIMEOUT_SECONDS_DEFAULT } from "../base/limits.ts";
import { createClient, DEFAULT_URL, type SpoorClient } from "../client/spoor-client.ts";
import { choosePalette, type Palette } from "../terminal/palette.ts";
import { isUnicodeLocale } from "../terminal/locale.ts";
import { clockTime, exactTime, isSameDay } from "../terminal/time-text.ts";
import type { CommandContext } from "./command.ts";

const COLOR_CHOICES = ["auto", "always", "never"] as const;

/** The flags of every verb that asks a server and prints the answer. */
export const QUERY_FLAGS: readonly Flag[] = [
  {
    kind: "value",
    name: "url",
    placeholder: "<url>",
    fallback: `SPOOR_URL, else ${DEFAULT_URL}`,
    summary: "the server to ask",
  },
  {
    kind: "value",
    name: "timeout",
    placeholder: "<seconds>",
    fallback: String(TIMEOUT_SECONDS_DEFAULT),
    summary: "how long to wait for an answer",
  },
  {
    kind: "value",
    name: "color",
    placeholder: "<when>",
    choices: COLOR_CHOICES,
    fallback: "auto",
    summary: "when to colour",
  },
  {
    kind: "switch",
    name: "ascii",
    summary: "print ASCII only, as in a locale that is not UTF-8",
  },
  { kind: "switch", name: "utc", summary: "print times in UTC instead of local time" },
];

/** The client that the flags and the environment ask for. */
export function clientOf(
  given: ParsedArguments,
  {
    verb,
    environment,
  }: {
    readonly verb: VerbDeclaration;
    readonly environment: CommandContext["environment"];
  },
): SpoorClient {
  // An empty variable is one that was switched off.
  const url = given.value("url") ?? (environment["SPOOR_URL"] || DEFAULT_URL);
  return createClient({ url, timeoutMs: timeoutMsOf(given, verb) });
}

/** How long to wait for an answer. */
export function timeoutMsOf(given: ParsedArguments, verb: VerbDeclaration): number {
  const seconds = given.value("timeout") ?? String(TIMEOUT_SECONDS_DEFAULT);
  return wholeNumber(seconds, { verb, name: "--timeout", min: 1, max: 86_400 }) * 1000;
}

/** How the answer is to look. */
export interface Look {
  readonly palette: Palette;
  readonly isAscii: boolean;
  /** Undefined when a program reads. */
  readonly columns: number | undefined;
  readonly timeText: (unixNano: bigint) => string;
}

/** The look that the flags, the environment and the output ask for. */
export function lookOf(given: ParsedArguments, context: CommandContext): Look {
  const { stdout, environment, clock } = context;
  const choice = COLOR_CHOICES.find((name) => name === (given.value("color") ?? "auto"));
  invariant(choice !== undefined, "the parser lets only declared choices through");
  const isUtc = given.count("utc") > 0;
  const nowUnixNano = clock.nowUnixNano();
  return {
    palette: choosePalette({ choice, isTty: stdout.isTty, environment }),
    isAscii: given.count("ascii") > 0 || !isUnicodeLocale(environment),
    columns: stdout.isTty ? (stdout.columns ?? 80) : undefined,
    timeText: stdout.isTty
      ? (unixNano) => {
          const isShort = isSameDay(unixNano, nowUnixNano, isUtc);
          return clockTime(unixNano, { isUtc, isShort });
        }
      : exactTime,
  };
}
