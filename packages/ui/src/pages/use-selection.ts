import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import type { TraceSearch } from "../address/search.ts";

/**
 * Browsers allow some 200 changes of the address in 30 s and then refuse them; a held arrow key
 * makes more. So the selection moves at once, and the address follows when it rests.
 */
const ADDRESS_DELAY_MS = 120;

const route = getRouteApi("/t/$traceId");

/** A selection in the making: a field may be set to undefined to take it out. */
export type SelectionDraft = { readonly [K in keyof TraceSearch]?: TraceSearch[K] | undefined };

/** The selection and the way to change it. */
export interface Selection {
  readonly selection: SelectionDraft;
  readonly select: (change: (before: SelectionDraft) => SelectionDraft) => void;
}

/** What is selected, as the address says; a change of either changes the other. */
export function useSelection(): Selection {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [selection, setSelection] = useState<SelectionDraft>(search);
  const written = useRef<SelectionDraft>(search);
  useEffect(() => {
    if (isSame(search, written.current)) return;
    written.current = search;
    setSelection(search);
  }, [search]);
  useEffect(() => {
    if (isSame(selection, written.current)) return;
    const timer = setTimeout(() => {
      written.current = selection;
      void navigate({ search: present(selection), replace: true });
    }, ADDRESS_DELAY_MS);
    return () => clearTimeout(timer);
  }, [selection, navigate]);
  const select = useCallback(
    (change: (before: SelectionDraft) => SelectionDraft) => setSelection(change),
    [],
  );
  return { selection, select };
}

function present({ s, d }: SelectionDraft): TraceSearch {
  return { ...(s === undefined ? {} : { s }), ...(d === undefined ? {} : { d }) };
}

function isSame(a: SelectionDraft, b: SelectionDraft): boolean {
  return a.s === b.s && a.d === b.d;
}
