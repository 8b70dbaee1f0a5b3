import { useCallback, useEffect, useRef, useState } from "react";
import { parseTraceSearch, type TraceSearch } from "../address/search.ts";

/**
 * Browsers allow some 200 changes of the address in 30 s and then refuse them; a held arrow key
 * makes more. So the page changes at once, and the address follows when it rests.
 */
const ADDRESS_DELAY_MS = 120;

/** The search of the address in the making: a field may be set to undefined to take it out. */
export type SearchDraft = { readonly [K in keyof TraceSearch]?: TraceSearch[K] | undefined };

/** What the page shows and the way to change it. */
export interface TraceSearchState {
  readonly search: SearchDraft;
  /** Fields that are not in `change` stay as they are. */
  readonly change: (change: SearchDraft | ((before: SearchDraft) => SearchDraft)) => void;
}

/** What `address` says and how it is written: a change of either changes the other. */
export function useTraceSearch(
  address: TraceSearch,
  write: (search: TraceSearch) => void,
): TraceSearchState {
  const [search, setSearch] = useState<SearchDraft>(address);
  const written = useRef(textOf(address));
  const addressText = textOf(address);
  useEffect(() => {
    if (addressText === written.current) return;
    written.current = addressText;
    setSearch(address);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the text says all of the address
  }, [addressText]);
  const text = textOf(search);
  useEffect(() => {
    if (text === written.current) return;
    const timer = setTimeout(() => {
      written.current = text;
      write(parseTraceSearch(search));
    }, ADDRESS_DELAY_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the text says all of the search
  }, [text, write]);
  const change = useCallback<TraceSearchState["change"]>((next) => {
    setSearch((before) => ({ ...before, ...(typeof next === "function" ? next(before) : next) }));
  }, []);
  return { search, change };
}

const FIELDS = ["s", "d", "v", "z", "f", "m", "x", "o", "r", "g", "k"] as const;

function textOf(search: SearchDraft): string {
  return JSON.stringify(FIELDS.map((field) => search[field] ?? ""));
}
