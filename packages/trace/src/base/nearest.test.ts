import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

test("the nearest candidate is found through typos, and nothing for another word", () => {
  const verbs = ["up", "find", "show", "help"];
  const guesses = [
    ["shw", "show"],
    ["hsow", "show"],
    ["fnid", "find"],
    ["SHOW", "show"],
    ["trace", undefined],
    ["", undefined],
  ] as const;
  for (const [word, expected] of guesses) assert.equal(nearest(word, verbs), expected, word);
});
