import { parseTraceSearch, type TraceSearch } from "./search.ts";

/** What the page of a trace file shows. */
export interface FileSearch extends TraceSearch {
  /** Which of the file's traces; absent for its only one, or for the list of them. */
  readonly t?: string;
}

const TRACE_ID = /^[0-9a-f]{32}$/;

/** The known parameters of the page of a file; anything else in the address is left out. */
export function parseFileSearch(raw: Readonly<Record<string, unknown>>): FileSearch {
  const traceId = typeof raw["t"] === "string" ? raw["t"].toLowerCase() : "";
  return { ...parseTraceSearch(raw), ...(TRACE_ID.test(traceId) ? { t: traceId } : {}) };
}
