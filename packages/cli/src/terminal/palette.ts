import { SERVICE_HUE_COUNT } from "@spoor/trace";

/** Colours text, or leaves it alone. Never the only bearer of a meaning. */
export interface Palette {
  service(hue: number, text: string): string;
  error(text: string): string;
  slow(text: string): string;
  /** For what is read last: durations, rails, counts. */
  quiet(text: string): string;
  strong(text: string): string;
}

/**
 * ANSI-256 colours of the services, in the order of the web page's. Each has a contrast of at
 * least 3.4:1 on black and on white, because a terminal does not say which of the two it has; red
 * and amber are kept for errors and slow spans.
 */
export const SERVICE_COLORS: readonly number[] = [33, 100, 127, 30, 67, 64, 97, 63];
const ERROR_COLOR = 160;
const SLOW_COLOR = 166;

/** Leaves all text as it is. */
export const PLAIN: Palette = {
  service: (_hue, text) => text,
  error: (text) => text,
  slow: (text) => text,
  quiet: (text) => text,
  strong: (text) => text,
};

/** Colours with ANSI-256 escape sequences. */
export const COLORED: Palette = {
  service: (hue, text) => colored(SERVICE_COLORS[hue % SERVICE_HUE_COUNT] ?? 0, text),
  error: (text) => colored(ERROR_COLOR, text),
  slow: (text) => colored(SLOW_COLOR, text),
  quiet: (text) => `\u001b[2m${text}\u001b[22m`,
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
};

/** What decides about colour, besides the flag. */
export interface ColorQuestion {
  /** The flag `--color`. */
  readonly choice: "auto" | "always" | "never";
  readonly isTty: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The flag decides; then NO_COLOR (no-color.org), FORCE_COLOR and CLICOLOR_FORCE; then whether a
 * person is looking.
 */
export function choosePalette({ choice, isTty, environment }: ColorQuestion): Palette {
  if (choice !== "auto") return choice === "always" ? COLORED : PLAIN;
  if (isSet(environment["NO_COLOR"])) return PLAIN;
  if (environment["FORCE_COLOR"] === "0" || environment["FORCE_COLOR"] === "false") return PLAIN;
  if (environment["FORCE_COLOR"] !== undefined) return COLORED;
  const forced = environment["CLICOLOR_FORCE"];
  if (isSet(forced) && forced !== "0") return COLORED;
  return isTty && environment["TERM"] !== "dumb" ? COLORED : PLAIN;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function colored(color: number, text: string): string {
  return `\u001b[38;5;${color}m${text}\u001b[39m`;
}
