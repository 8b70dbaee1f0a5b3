/*
 * The keys of a trace's page: what each does, and the words for it in the help.
 */
import type { KeySection } from "./key-help.tsx";

/** Key by key what it does; two keys after each other have a space between. */
const COMMAND_OF = {
  ArrowDown: "down",
  j: "down",
  ArrowUp: "up",
  k: "up",
  Home: "first",
  End: "last",
  PageUp: "pageUp",
  PageDown: "pageDown",
  ArrowLeft: "left",
  h: "left",
  ArrowRight: "right",
  l: "right",
  Enter: "open",
  " ": "open",
  Escape: "back",
  "/": "find",
  n: "nextMatch",
  N: "previousMatch",
  e: "nextError",
  E: "previousError",
  c: "nextCritical",
  C: "previousCritical",
  b: "blocker",
  "[": "lessLevel",
  "]": "moreLevel",
  "{": "collapseAll",
  "}": "expandAll",
  x: "hideKind",
  X: "hideOutside",
  r: "repeats",
  w: "zoomIn",
  "+": "zoomIn",
  "=": "zoomIn",
  s: "zoomOut",
  "-": "zoomOut",
  a: "panLeft",
  d: "panRight",
  "0": "zoomReset",
  f: "zoomSpan",
  F: "zoomSubtree",
  "1": "view1",
  "2": "view2",
  "3": "view3",
  "4": "view4",
  "5": "view5",
  "6": "view6",
  "y l": "copyLink",
  "y i": "copyId",
  "y c": "copyCommand",
  "y m": "copyMarkdown",
  "y o": "copyOtlp",
  "y s": "copySvg",
} as const;

/** Something that a reader wants of the page. */
export type TraceCommand = (typeof COMMAND_OF)[keyof typeof COMMAND_OF];

/** What the help says of them. */
export const KEY_HELP: readonly KeySection[] = [
  {
    title: "Move",
    lines: [
      ["j k ↓ ↑", "next, previous line"],
      ["h l ← →", "fold, unfold; again: parent, first child"],
      ["e E", "next, previous error"],
      ["c C", "next, previous span on the critical path"],
      ["b", "what blocks this; again: back"],
      ["n N", "next, previous match"],
      ["Enter Space", "open the detail"],
      ["Esc", "one step back"],
    ],
  },
  {
    title: "See more, see less",
    lines: [
      ["/ Ctrl+F", "find in this trace"],
      ["[ ]", "one level less, more"],
      ["{ }", "fold all, unfold all"],
      ["r", "fold repeats or not"],
      ["x", "hide spans of this kind"],
      ["X", "hide everything outside of this subtree"],
    ],
  },
  {
    title: "Time",
    lines: [
      ["w s + −", "closer, farther"],
      ["a d", "earlier, later"],
      ["f F", "zoom to the span, to its subtree"],
      ["0", "the whole trace"],
    ],
  },
  {
    title: "Views and copies",
    lines: [
      ["1 … 6", "waterfall, tree, flame, table, map, logs"],
      ["y l", "copy the link"],
      ["y i", "copy the span id"],
      ["y c", "copy the command"],
      ["y m", "copy the tree as Markdown"],
      ["y o", "copy as OTLP JSON"],
      ["y s", "copy as a picture (SVG)"],
    ],
  },
];

/** What of a keyboard event counts here. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** What a key means after the keys before it. */
export interface KeyMeaning {
  readonly command: TraceCommand | undefined;
  /** The key that a second one may follow; empty for none. */
  readonly pending: string;
}

const NOTHING: KeyMeaning = { command: undefined, pending: "" };

/**
 * What `pressed` means. With `hasLetters` false, keys that type something do nothing but for those
 * that no speech input types by itself: people who dictate would set them off (WCAG 2.1.4).
 */
export function meaningOf(
  pressed: PressedKey,
  { pending, hasLetters }: { readonly pending: string; readonly hasLetters: boolean },
): KeyMeaning {
  const { key } = pressed;
  const isFind = (pressed.ctrlKey || pressed.metaKey) && key.toLowerCase() === "f";
  if (isFind) return { command: "find", pending: "" };
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return NOTHING;
  if (!hasLetters && key.length === 1 && key !== " ") return NOTHING;
  if (pending !== "") return { command: commandOf(`${pending} ${key}`), pending: "" };
  if (key === "y") return { command: undefined, pending: "y" };
  return { command: commandOf(key), pending: "" };
}

function commandOf(keys: string): TraceCommand | undefined {
  return Object.hasOwn(COMMAND_OF, keys)
    ? // Just looked up.
      COMMAND_OF[keys as keyof typeof COMMAND_OF]
    : undefined;
}
