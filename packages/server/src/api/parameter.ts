/*
 * The parameters of the API: each is declared once, with its range and its words, and that one
 * declaration reads it and describes it.
 */
import { parseElapsedTime } from "@spoor/trace";
import { parameterInvalid, type Problem } from "./problem.ts";

/** The largest time that ClickHouse's DateTime64(9) and so the store can compare. */
export const UNIX_NANO_MAX: bigint = 2n ** 63n - 1n;

/** JSON Schema of a parameter, as OpenAPI 3.1 has it. */
export type ParameterSchema = Readonly<Record<string, unknown>>;

/** What a reader may look at besides the text. */
export interface ReadingContext {
  readonly nowUnixNano: bigint;
}

/** Says why a text cannot be read: completes "limit: …". */
export class Unreadable {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** One parameter of one route. */
export interface Parameter<T> {
  /** A sentence without a full stop. */
  readonly description: string;
  readonly schema: ParameterSchema;
  /** `text` is undefined when the parameter is absent. */
  read(text: string | undefined, context: ReadingContext): T | Unreadable;
}

/** The parameters of a route by their names. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** What reading the parameters of a route gives. */
export type Given<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
};

/** Reads all parameters of a route; one that the route does not have is refused. */
export function readParameters<P extends Parameters>(
  parameters: P,
  given: URLSearchParams,
  context: ReadingContext,
): Given<P> | Problem {
  for (const name of given.keys()) {
    if (Object.hasOwn(parameters, name)) continue;
    const known = Object.keys(parameters).join(", ") || "none";
    return parameterInvalid(name.slice(0, 80), `there is no such parameter; known: ${known}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = parameter.read(given.get(name) ?? undefined, context);
    if (value instanceof Unreadable) return parameterInvalid(name, value.reason);
    values[name] = value;
  }
  // Each name has just been given what its own reader returned.
  return values as Given<P>;
}

/** Any text; empty when it is absent. */
export function text(
  description: string,
  options: { readonly max?: number } = {},
): Parameter<string> {
  const { max } = options;
  return {
    description,
    schema: { type: "string", default: "", ...(max === undefined ? {} : { maxLength: max }) },
    read: (given = "") =>
      max !== undefined && given.length > max
        ? new Unreadable(`has ${given.length} characters, at most ${max} are read`)
        : given,
  };
}

/** Text that must be there. */
export function requiredText(description: string): Parameter<string> {
  return {
    description,
    schema: { type: "string", minLength: 1 },
    read: (given = "") => (given === "" ? new Unreadable("must be given") : given),
  };
}

/** Ids of spans, with commas between them; at least one. */
export function spanIds(description: string, max: number): Parameter<readonly string[]> {
  return {
    description: `${description}: 16 hex digits each, with commas between them`,
    schema: { type: "string", pattern: "^[0-9a-f]{16}(,[0-9a-f]{16})*$" },
    read: (given = "") => {
      const ids = [...new Set(given.split(","))];
      return ids.length <= max && ids.every((id) => /^[0-9a-f]{16}$/.test(id))
        ? ids
        : new Unreadable(`must be 1 to ${max} span ids of 16 hex digits, with commas between them`);
    },
  };
}

/** One of some words. */
export function choice<const Word extends string>(
  description: string,
  words: readonly Word[],
  fallback: Word,
): Parameter<Word> {
  return {
    description,
    schema: { type: "string", enum: words, default: fallback },
    read: (given = fallback) =>
      words.find((word) => word === given) ?? new Unreadable(`must be ${alternatives(words)}`),
  };
}

/** One of some words, or nothing. */
export function optionalChoice<const Word extends string>(
  description: string,
  words: readonly Word[],
): Parameter<Word | undefined> {
  return {
    description,
    schema: { type: "string", enum: words },
    read: (given) =>
      given === undefined
        ? undefined
        : (words.find((word) => word === given) ??
          new Unreadable(`must be ${alternatives(words)}`)),
  };
}

/** `true` or `false`. */
export function truth(description: string): Parameter<boolean> {
  return {
    description,
    schema: { type: "boolean", default: false },
    read: (given = "false") =>
      given === "true" || given === "false"
        ? given === "true"
        : new Unreadable("must be true or false"),
  };
}

/** A whole number in a range. */
export function wholeNumber(
  description: string,
  { min, max, fallback }: Readonly<Record<"min" | "max" | "fallback", number>>,
): Parameter<number> {
  return {
    description,
    schema: { type: "integer", minimum: min, maximum: max, default: fallback },
    read: (given = String(fallback)) => {
      const value = /^\d{1,9}$/.test(given) ? Number(given) : -1;
      return value >= min && value <= max
        ? value
        : new Unreadable(`must be a whole number from ${min} to ${max}`);
    },
  };
}

/** A time; `fallback` is one in the same spelling. */
export function time(description: string, fallback: string): Parameter<bigint> {
  return {
    description: `${description}: ns since 1970, RFC 3339, now, or relative to now as -1h30m`,
    schema: { type: "string", default: fallback, examples: ["-1h", "2026-01-31T12:00:00Z"] },
    read: (given = fallback, { nowUnixNano }) => readTime(given, nowUnixNano) ?? TIME_UNREADABLE,
  };
}

const TIME_UNREADABLE = new Unreadable(
  "must be ns since 1970 as decimal digits, RFC 3339 with a time zone, now, or as -1h30m",
);

/** An elapsed time: ns as digits, or as `10s`; undefined when it is absent. */
export function elapsed(description: string): Parameter<bigint | undefined> {
  return {
    description: `${description}: ns, or as 10s`,
    schema: { type: "string", examples: ["10s", "1m"] },
    read: (given) => {
      if (given === undefined) return undefined;
      const nano = /^\d{1,19}$/.test(given) ? BigInt(given) : parseElapsedTime(given);
      return nano === undefined || nano === 0n
        ? new Unreadable("must be more than nothing, as ns or as 500ms, 10s, 1m, 1h30m")
        : nano;
    },
  };
}

/** Reads a time as the parameters take it; undefined for what is none. Before 1970 becomes 1970. */
export function readTime(given: string, nowUnixNano: bigint): bigint | undefined {
  if (/^\d{1,19}$/.test(given)) {
    const value = BigInt(given);
    return value <= UNIX_NANO_MAX ? value : undefined;
  }
  if (given === "now") return nowUnixNano;
  if (given.startsWith("-")) {
    const ago = parseElapsedTime(given.slice(1));
    if (ago === undefined) return undefined;
    return ago > nowUnixNano ? 0n : nowUnixNano - ago;
  }
  return readInstant(given);
}

/** A `+` in an address that nobody encoded arrives as a space. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|z|[+\- ]\d{2}:\d{2})$/;

function readInstant(given: string): bigint | undefined {
  const match = INSTANT.exec(given);
  if (match === null) return undefined;
  const [, day = "", clock = "", fraction = "", zone = ""] = match;
  const ms = Date.parse(`${day}T${clock}${zone.toUpperCase().replace(" ", "+")}`);
  if (Number.isNaN(ms)) return undefined;
  const nano = BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  if (nano < 0n) return 0n;
  return nano <= UNIX_NANO_MAX ? nano : undefined;
}

function alternatives(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}
