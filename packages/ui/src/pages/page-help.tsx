/*
 * The one list of keys. The frame shows it; a page adds what it knows itself.
 */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { KeyHelp, type KeySection } from "../views/key-help.tsx";

interface PageHelp {
  readonly open: () => void;
  /** Until the function that it gives back is called. */
  readonly show: (sections: readonly KeySection[]) => () => void;
}

const PageHelpContext = createContext<PageHelp>({
  open: () => undefined,
  show: () => () => undefined,
});

/** The keys of lists, for pages that have more than them. */
export const LIST_KEYS: KeySection = {
  title: "Lists",
  lines: [
    ["j k ↓ ↑", "next, previous row"],
    ["Home End", "first, last row"],
    ["PgUp PgDn", "many rows at once"],
    ["Enter", "open"],
    ["Esc", "let go of the list"],
  ],
};

const LISTS: readonly KeySection[] = [LIST_KEYS];

/** Holds the list of keys, closed until someone asks for it. */
export function PageHelpProvider({ children }: { readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const [sections, setSections] = useState(LISTS);
  const help = useMemo<PageHelp>(
    () => ({
      open: () => setOpen(true),
      show: (next) => {
        setSections(next);
        return () => setSections(LISTS);
      },
    }),
    [],
  );
  return (
    <PageHelpContext value={help}>
      {children}
      <KeyHelp isOpen={isOpen} onClose={() => setOpen(false)} sections={sections} />
    </PageHelpContext>
  );
}

/** Opens the list of keys. */
export function useOpenHelp(): () => void {
  return useContext(PageHelpContext).open;
}

/** Puts `sections`, always the same object, among the keys while the page is there. */
export function useKeySections(sections: readonly KeySection[]): void {
  const { show } = useContext(PageHelpContext);
  useEffect(() => show(sections), [show, sections]);
}
