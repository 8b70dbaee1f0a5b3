/*
 * The address of Explore: the question, the time it is about, and what of the answer is shown.
 */

/** What stands below the heat map. */
export const EXPLORE_TABS = ["traces", "spans", "groups", "structure", "map", "logs"] as const;

/** One of the tabs of Explore. */
export type ExploreTab = (typeof EXPLORE_TABS)[number];

/** What the differences are worked out for, unless a box is drawn. */
export const SELECTIONS = ["errors", "slowest"] as const;

/** A selection that the page makes by itself. */
export type SelectionName = (typeof SELECTIONS)[number];

/** What may be drawn over the heat map. */
export const HEAT_LINES = ["percentiles", "groups"] as const;

/** Lines over the heat map. */
export type HeatLineKind = (typeof HEAT_LINES)[number];

/** What Explore shows. Absent fields are at their default. */
export interface ExploreSearch {
  /** TraceQL or the plain form. */
  readonly q?: string;
  /** As the API takes them: `-1h`, `now`, RFC 3339. */
  readonly from?: string;
  readonly to?: string;
  readonly tab?: Exclude<ExploreTab, "traces">;
  /** The field of the groups. */
  readonly g?: string;
  /** A box of the heat map: two times and two durations in ns. */
  readonly box?: string;
  /** What is compared with the rest, where it is not the usual choice. */
  readonly sel?: SelectionName;
  readonly sort?: "duration";
  /** Colours by the share of errors instead of by number. */
  readonly heat?: "errors";
  /** Lines over the heat map; none when absent. */
  readonly lines?: HeatLineKind;
  /** Fields that somebody pinned to the facets, with commas. */
  readonly pin?: string;
}

/** The time that is looked at unless the address says otherwise. */
export const FROM_DEFAULT = "-1h";
/** Until when, likewise. */
export const TO_DEFAULT = "now";
/** What the groups are made by unless the address says otherwise. */
export const GROUP_DEFAULT = "resource.service.name";

const MOMENT =
  /^(?:now|-\d{1,9}(?:ms|s|m|h|d)|\d{1,19}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))$/;
const BOX = /^\d{1,20}(?:-\d{1,20}){3}$/;

/** The known parameters of Explore; anything else in the address is left out. */
export function parseExploreSearch(raw: Readonly<Record<string, unknown>>): ExploreSearch {
  const text = (name: string): string => {
    const value = raw[name];
    return typeof value === "string" ? value : "";
  };
  const tab = EXPLORE_TABS.find((name) => name !== "traces" && name === text("tab"));
  const selection = SELECTIONS.find((name) => name === text("sel"));
  const lines = HEAT_LINES.find((name) => name === text("lines"));
  return {
    ...(text("q") === "" ? {} : { q: text("q") }),
    ...(isMoment(text("from"), FROM_DEFAULT) ? { from: text("from") } : {}),
    ...(isMoment(text("to"), TO_DEFAULT) ? { to: text("to") } : {}),
    ...(tab === undefined || tab === "traces" ? {} : { tab }),
    ...(text("g") === "" || text("g") === GROUP_DEFAULT ? {} : { g: text("g") }),
    ...(BOX.test(text("box")) ? { box: text("box") } : {}),
    ...(selection === undefined ? {} : { sel: selection }),
    ...(text("sort") === "duration" ? { sort: "duration" } : {}),
    ...(text("heat") === "errors" ? { heat: "errors" } : {}),
    ...(lines === undefined ? {} : { lines }),
    ...(text("pin") === "" ? {} : { pin: text("pin") }),
  };
}

function isMoment(text: string, usual: string): boolean {
  return text !== usual && MOMENT.test(text);
}

/** The pinned fields. */
export function pinsOf(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((field) => field !== "");
}
