/*
 * Words that must not appear, each with what to say in its place.
 *
 * Only patterns that are certain stand here: a rule that is wrong once in twenty times teaches
 * people to ignore it. What needs judgement stands in STYLE.md.
 */
import { lineAt, type Problem } from "./source-module.ts";

/** One banned word. */
interface BannedWord {
  readonly pattern: RegExp;
  /** What to do, continuing "…: ". */
  readonly instead: string;
  /** Paths in which the word is at home. */
  readonly exceptIn?: RegExp;
}

/** The one room for each foreign protocol, which must speak as that protocol speaks. */
const ADAPTERS = /\/(?:jaeger|tempo|zipkin)(?:[/.-]|$)/u;

/** This list itself, the tests that it works, and the page that explains it to people. */
const ABOUT_WORDS = /^(?:tools\/tidy-words(?:\.test)?\.ts|STYLE\.md)$/u;

/** All banned words. */
const BANNED_WORDS: readonly BannedWord[] = [
  {
    pattern: /\b(?:span|trace|resource)[-_' ]?(?:s )?(?:tag|label|annotation)s?\b/giu,
    instead: "say attribute, or event",
    exceptIn: ADAPTERS,
  },
  {
    pattern: /\b(?:span|trace)[-_ ]?(?:operation|segment)s?\b|\boperation[-_ ]?names?\b/giu,
    instead: "say span name, or span",
    exceptIn: ADAPTERS,
  },
  {
    pattern: /\b(?:tag|label|annotation)s? (?:of|on|to) (?:a|the|each|every) (?:span|trace)s?\b/giu,
    instead: "say attribute, or event",
    exceptIn: ADAPTERS,
  },
  {
    pattern: /\binstrumentation[-_ ]?librar(?:y|ies)\b/giu,
    instead: "say instrumentation scope",
    exceptIn: ADAPTERS,
  },
  {
    pattern: /\b(?:FIXME|XXX|TODO)\b/gu,
    instead: "mend it now, or say in the documents what does not work yet",
  },
  {
    pattern: /\bissues? (?:#?\d+|show)\b|\(#\d+\)/giu,
    instead: "say the reason itself: the reader has only the repository",
  },
  {
    pattern: /(?<![\w.])\/(?:work|root|Users|home\/\w+)\/|(?<![\w/])(?:\.\.\/)*shared\/\w/gu,
    instead: "this path exists on one machine only",
  },
  {
    pattern: /\b(?:simply|obviously|of course)\b/giu,
    instead: "leave the word out: it explains nothing, and a reader who is stuck hears a reproach",
  },
  {
    pattern: /\bblazing(?:ly)?\b|\blightning[- ]fast\b/giu,
    instead: "give the command and the number that it prints",
  },
];

/** Every banned word in `text`. */
export function checkWords(path: string, text: string): Problem[] {
  if (ABOUT_WORDS.test(path)) return [];
  return BANNED_WORDS.filter(({ exceptIn }) => exceptIn?.test(path) !== true).flatMap(
    ({ pattern, instead }) =>
      Array.from(text.matchAll(pattern), (match) => ({
        path,
        line: lineAt(text, match.index),
        message: `"${match[0]}": ${instead}`,
      })),
  );
}
