/*
 * The part of the address after "?": what a view shows, so that a link shows a colleague the same.
 *
 * Every value is text. The router's own reading takes values for JSON, and then a span id such as
 * 12e4567890123456 becomes the number Infinity.
 */

const ROW_KEY = /^(?:(?:parent|repeat|holder|hidden)-)?[0-9a-f]{16}(?:~[1-9][0-9]*)?$/;
const SPAN_KEY = /^[0-9a-f]{16}(?:~[1-9][0-9]*)?$/;
const WINDOW = /^\d{1,16}-\d{1,16}$/;

/** The pictures of a trace, in the order of their keys. */
export const TRACE_VIEWS = ["waterfall", "tree", "flame", "table", "map", "logs"] as const;

/** One of the pictures of a trace. */
export type TraceViewName = (typeof TRACE_VIEWS)[number];

/** Search parameters as they stand in the address. */
export type RawSearch = Readonly<Record<string, string>>;

/** What the list of traces shows. Absent fields are at their default. */
export interface HomeSearch {
  readonly sort?: "duration";
  readonly errors?: "true";
  /** How many traces are listed. */
  readonly n?: number;
}

/** What the page of one trace shows. Absent fields are at their default. */
export interface TraceSearch {
  /** The key of the selected line: a span id, or what the waterfall made of one. */
  readonly s?: string;
  /** "1" while the detail panel is open. */
  readonly d?: "1";
  /** Another picture than the waterfall. */
  readonly v?: Exclude<TraceViewName, "waterfall">;
  /** The stretch of time in sight, `from-to` in ns since the start; absent for all of it. */
  readonly z?: string;
  /** What is looked for. */
  readonly f?: string;
  /** "1" while only what was found is shown, with what stands above it. */
  readonly m?: "1";
  /** Hidden kinds of spans. */
  readonly x?: string;
  /** The span below which alone is shown. */
  readonly o?: string;
  /** "0" while repeats are not folded. */
  readonly r?: "0";
  /** "1" while the flame graph is merged by path. */
  readonly g?: "1";
  /** "1" while clocks are corrected. */
  readonly k?: "1";
}

/** Rows in the list of traces unless the address says otherwise. */
export const LIST_LIMIT_DEFAULT = 100;
/** The most that the API lists at once. */
export const LIST_LIMIT_MAX = 1000;

/** Reads `?a=b&c=d`. Of a repeated name the last value counts. */
export function parseSearch(text: string): RawSearch {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Writes what {@link parseSearch} reads, with its "?"; empty when nothing is set. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") parameters.set(name, value);
    if (typeof value === "number") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The known parameters of the home page; anything else in the address is left out. */
export function parseHomeSearch(raw: Readonly<Record<string, unknown>>): HomeSearch {
  const limit = Number(raw["n"]);
  const isLimit = Number.isInteger(limit) && limit >= 1 && limit <= LIST_LIMIT_MAX;
  return {
    ...(raw["sort"] === "duration" ? { sort: "duration" } : {}),
    ...(raw["errors"] === "true" ? { errors: "true" } : {}),
    ...(isLimit && limit !== LIST_LIMIT_DEFAULT ? { n: limit } : {}),
  };
}

/** The known parameters of a trace's page; anything else in the address is left out. */
export function parseTraceSearch(raw: Readonly<Record<string, unknown>>): TraceSearch {
  const text = (name: string): string => {
    const value = raw[name];
    return typeof value === "string" ? value : "";
  };
  const key = text("s").toLowerCase();
  const below = text("o").toLowerCase();
  const view = TRACE_VIEWS.find((name) => name !== "waterfall" && name === text("v"));
  return {
    ...(ROW_KEY.test(key) ? { s: key } : {}),
    ...(ROW_KEY.test(key) && text("d") === "1" ? { d: "1" } : {}),
    ...(view === undefined || view === "waterfall" ? {} : { v: view }),
    ...(WINDOW.test(text("z")) ? { z: text("z") } : {}),
    ...(text("f") === "" ? {} : { f: text("f") }),
    ...(text("m") === "1" ? { m: "1" } : {}),
    ...(text("x") === "" ? {} : { x: text("x") }),
    ...(SPAN_KEY.test(below) ? { o: below } : {}),
    ...(text("r") === "0" ? { r: "0" } : {}),
    ...(text("g") === "1" ? { g: "1" } : {}),
    ...(text("k") === "1" ? { k: "1" } : {}),
  };
}
