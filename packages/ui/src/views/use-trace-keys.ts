import { type RefObject, useCallback, useEffect, useRef } from "react";
import { hasLetterKeys } from "../design/letter-keys.ts";
import { isTyping } from "../design/is-typing.ts";
import { meaningOf, type TraceCommand } from "./trace-keys.ts";

/** Does what a command says; false when there was nothing to do, and the key is the browser's. */
export type RunCommand = (command: TraceCommand) => boolean;

/**
 * The keys of the page work wherever the focus is, but for fields, and for buttons and links what
 * presses them.
 */
export function useTraceKeys(
  body: RefObject<HTMLElement | null>,
  run: RunCommand,
  focusView: () => void,
): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  }, [run]);
  const pending = useRef("");
  useEffect(() => {
    if (document.activeElement === document.body) focusView();
  }, [focusView]);
  const take = useCallback((event: KeyboardEvent): void => {
    if (event.key === "Shift") return;
    const meaning = meaningOf(event, { pending: pending.current, hasLetters: hasLetterKeys() });
    pending.current = meaning.pending;
    if (meaning.command === undefined) {
      if (meaning.pending !== "") event.preventDefault();
      return;
    }
    if (!latest.current(meaning.command)) return;
    event.preventDefault();
    event.stopPropagation();
  }, []);
  useEffect(() => {
    // Before others hear of it: `/` and Ctrl+F look in this trace, not for another.
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isElsewhere(event, body.current)) return;
      take(event);
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [body, take]);
}

/** What hears its own keys. */
const OWN_KEYS = "dialog, [data-menu][open], [role=separator]";

function isElsewhere(event: KeyboardEvent, body: HTMLElement | null): boolean {
  const { target, key } = event;
  const isFind = (event.ctrlKey || event.metaKey) && key.toLowerCase() === "f";
  // A second press, with the focus in the field, is the browser's own search.
  if (isTyping(target)) return !isFind || isFindField(target);
  if (!(target instanceof Element) || target.closest(OWN_KEYS) !== null) return true;
  const isPressed = key === "Enter" || key === " ";
  const isControl = target.closest("button, a, summary, [role=tab]") !== null;
  if (isControl && isPressed) return true;
  // A panel that has the focus scrolls with the arrows.
  const isMove = /^(?:Arrow|Page|Home|End)/.test(key);
  return isMove && target !== document.body && body?.contains(target) !== true;
}

function isFindField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".find") !== null;
}

/** What of the picture takes the focus. */
export function gridOf(body: HTMLElement | null): HTMLElement | null {
  return body?.querySelector<HTMLElement>("[role=treegrid], [data-view-focus]") ?? null;
}
