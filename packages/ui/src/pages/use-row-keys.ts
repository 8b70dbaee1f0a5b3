import { type RefObject, useEffect, useRef } from "react";
import { isTyping } from "../design/is-typing.ts";
import { hasLetterKeys } from "../design/letter-keys.ts";
import { moveFocus } from "../views/trace-table.tsx";

/**
 * Up, down, j and k move among the rows of `pane` wherever the focus is, except where they are
 * text; Esc lets go of them. `onDigit` is told of 1 to 9, for pages that have something to count.
 */
export function useRowKeys(
  pane: RefObject<HTMLElement | null>,
  onDigit?: (digit: number) => void,
): void {
  const latest = useRef(onDigit);
  useEffect(() => {
    latest.current = onDigit;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { key, target } = event;
      const list = pane.current;
      if (list === null || isTyping(target) || event.defaultPrevented) return;
      if (target instanceof Element && target.closest("dialog") !== null) return;
      const { activeElement } = document;
      if (key === "Escape" && list.contains(activeElement)) {
        if (activeElement instanceof HTMLElement) activeElement.blur();
        return;
      }
      if (key.length === 1 && !hasLetterKeys()) return;
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      const isDigit = isPlain && latest.current !== undefined && /^[1-9]$/.test(key);
      if (isDigit) latest.current?.(Number(key));
      if (isDigit || moveFocus(list, event)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [pane]);
}
