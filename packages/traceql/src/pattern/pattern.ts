/*
 * Matching in linear time: all states in which a pattern may be are followed at once (Thompson's
 * construction), so that no pattern takes longer than its states times the text. The regular
 * expressions of JavaScript go back and try again, some for years.
 */
import { PATTERN_STATES_MAX } from "../base/limits.ts";
import { type CharacterTest, isWordCharacter } from "./character-class.ts";
import {
  type AssertionKind,
  parsePattern,
  PatternError,
  type PatternNode,
} from "./parse-pattern.ts";

type State =
  | { readonly kind: "character"; readonly test: CharacterTest; readonly next: number }
  | { readonly kind: "assertion"; readonly assertion: AssertionKind; readonly next: number }
  | { readonly kind: "split"; readonly first: number; second: number }
  | { readonly kind: "match" };

/** A regular expression that can be matched. */
export interface Pattern {
  /** Whether the whole of `text` matches. */
  matches(text: string): boolean;
}

/** A pattern, or why it is none. */
export type CompiledPattern =
  | { readonly ok: true; readonly pattern: Pattern }
  /** `offset` is a character of the pattern. */
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Reads a regular expression in the syntax of RE2. Never throws. */
export function compilePattern(source: string): CompiledPattern {
  try {
    const states: State[] = [];
    const match = push(states, { kind: "match" });
    const start = build(states, parsePattern(source), match);
    return { ok: true, pattern: { matches: (text) => run(states, start, text) } };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { ok: false, message: error.message, offset: error.offset };
  }
}

function push(states: State[], state: State): number {
  if (states.length >= PATTERN_STATES_MAX) {
    throw new PatternError("it is too large when its repetitions are written out", 0);
  }
  return states.push(state) - 1;
}

/** Adds the states of `node`, which lead to `next`, and returns the first. */
function build(states: State[], node: PatternNode, next: number): number {
  switch (node.node) {
    case "character":
      return push(states, { kind: "character", test: node.test, next });
    case "assertion":
      return push(states, { kind: "assertion", assertion: node.kind, next });
    case "sequence":
      return node.parts.reduceRight((after, part) => build(states, part, after), next);
    case "choice": {
      const firsts = node.options.map((option) => build(states, option, next));
      return firsts.reduceRight((second, first) => push(states, { kind: "split", first, second }));
    }
    case "repeat":
      return buildRepeat(states, node, next);
  }
}

function buildRepeat(
  states: State[],
  { part, min, max }: Extract<PatternNode, { node: "repeat" }>,
  next: number,
): number {
  let after = next;
  if (max === Infinity) {
    const split = { kind: "split", first: next, second: next } as const;
    const loop: State = { ...split };
    const index = push(states, loop);
    // The loop leads into itself: its second way is known only now.
    loop.second = build(states, part, index);
    after = index;
  } else {
    for (let count = min; count < max; count += 1) {
      after = push(states, { kind: "split", first: next, second: build(states, part, after) });
    }
  }
  for (let count = 0; count < min; count += 1) after = build(states, part, after);
  return after;
}

/** Whether `text` as a whole leads from `start` to a match. */
function run(states: readonly State[], start: number, text: string): boolean {
  let current = new StateSet(states);
  let following = new StateSet(states);
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  current.add(start, { before: undefined, after: codes[0] });
  for (const [index, code] of codes.entries()) {
    if (current.active.length === 0) return false;
    const edge = { before: code, after: codes[index + 1] };
    for (const active of current.active) {
      const state = states[active];
      if (state?.kind === "character" && state.test(code)) following.add(state.next, edge);
    }
    [current, following] = [following, current];
    following.clear();
  }
  return current.active.some((index) => states[index]?.kind === "match");
}

interface Edge {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** States, each once, with all that are reached from them without a character. */
class StateSet {
  readonly active: number[] = [];
  readonly #states: readonly State[];
  readonly #seen: Uint8Array;
  readonly #touched: number[] = [];

  constructor(states: readonly State[]) {
    this.#states = states;
    this.#seen = new Uint8Array(states.length);
  }

  add(index: number, edge: Edge): void {
    const open = [index];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#seen[at] === 1) continue;
      this.#seen[at] = 1;
      this.#touched.push(at);
      const state = this.#states[at];
      if (state === undefined) continue;
      if (state.kind === "split") open.push(state.first, state.second);
      else if (state.kind === "assertion") {
        if (holds(state.assertion, edge)) open.push(state.next);
      } else this.active.push(at);
    }
  }

  clear(): void {
    for (const index of this.#touched) this.#seen[index] = 0;
    this.#touched.length = 0;
    this.active.length = 0;
  }
}

function holds(assertion: AssertionKind, { before, after }: Edge): boolean {
  switch (assertion) {
    case "start":
      return before === undefined;
    case "end":
      return after === undefined;
    case "lineStart":
      return before === undefined || before === 10;
    case "lineEnd":
      return after === undefined || after === 10;
    case "word":
    case "noWord": {
      const isEdge = isWord(before) !== isWord(after);
      return isEdge === (assertion === "word");
    }
  }
}

function isWord(code: number | undefined): boolean {
  return code !== undefined && isWordCharacter(code);
}
