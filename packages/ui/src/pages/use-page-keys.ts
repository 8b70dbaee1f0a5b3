/*
 * The keys that work on every page.
 *
 * They are read before any view reads them: the letter behind `g` is not the letter that the
 * waterfall knows.
 */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { isTyping } from "../design/is-typing.ts";
import { hasLetterKeys } from "../design/letter-keys.ts";

const SCREENS: Readonly<Record<string, "/" | "/explore" | "/health" | "/compare" | "/file">> = {
  n: "/",
  e: "/explore",
  h: "/health",
  c: "/compare",
  f: "/file",
};

/** Who is slower than this did not mean one thing with both keys. */
const CHORD_MS_MAX = 1_500;
/** What the keys lead to. */
export interface PageKeyActions {
  readonly onHelp: () => void;
  readonly onZone: () => void;
  readonly onLive: () => void;
}

/** Listens until the page is left. */
export function usePageKeys(actions: PageKeyActions): void {
  const navigate = useNavigate();
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    let chordAtMs = Number.NEGATIVE_INFINITY;
    const act = (event: KeyboardEvent): boolean => {
      const isChord = event.timeStamp - chordAtMs < CHORD_MS_MAX;
      chordAtMs = Number.NEGATIVE_INFINITY;
      const screen = isChord ? SCREENS[event.key] : undefined;
      if (screen !== undefined) void navigate({ to: screen });
      else if (event.key === "g") chordAtMs = event.timeStamp;
      else return actOnKey(event.key, latest.current);
      return true;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (isFind(event)) {
        event.preventDefault();
        focusQuery();
        return;
      }
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!isPlain || isTyping(event.target) || isInDialog(event.target)) return;
      if (isKeyOfScreen(event.key) || !hasLetterKeys()) return;
      if (!act(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [navigate]);
}

function actOnKey(key: string, actions: PageKeyActions): boolean {
  if (key === "/") focusQuery();
  else if (key === "?") actions.onHelp();
  else if (key === "u") actions.onZone();
  else if (key === "." || key === ",") actions.onLive();
  else if (key === "t") return press("[data-time-range]");
  else return false;
  return true;
}

/** A screen that has a meaning of its own for a key says so: `/` looks within a trace. */
function isKeyOfScreen(key: string): boolean {
  const screen = document.querySelector<HTMLElement>("[data-own-keys]");
  return screen?.dataset["ownKeys"]?.split(" ").includes(key) === true;
}

function isFind(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k";
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("dialog") !== null;
}

/** The page's own query, else the field at the top. */
function focusQuery(): void {
  const field =
    document.querySelector<HTMLElement>("[data-query-box]") ??
    document.querySelector<HTMLElement>("[data-omnibox]");
  field?.focus();
}

function press(selector: string): boolean {
  const button = document.querySelector<HTMLElement>(selector);
  button?.click();
  return button !== null;
}
