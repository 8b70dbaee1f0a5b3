import assert from "node:assert/strict";
import { test } from "node:test";
import { meaningOf, type PressedKey, type TraceCommand } from "./trace-keys.ts";

function press(
  key: string,
  over: Partial<PressedKey> = {},
  hasLetters: boolean = true,
): TraceCommand | undefined {
  const pressed = { key, ctrlKey: false, metaKey: false, altKey: false, ...over };
  return meaningOf(pressed, { pending: "", hasLetters }).command;
}

test("arrows and letters mean the same, and other keys are left to the browser", () => {
  assert.equal(press("ArrowDown"), "down");
  assert.equal(press("j"), "down");
  assert.equal(press("E"), "previousError");
  assert.equal(press("F5"), undefined);
  assert.equal(press("r", { ctrlKey: true }), undefined);
  assert.equal(press("toString"), undefined);
});

test("Ctrl or Cmd and F look in the trace", () => {
  assert.equal(press("f", { ctrlKey: true }), "find");
  assert.equal(press("F", { metaKey: true }), "find");
  assert.equal(press("f"), "zoomSpan");
});

test("y waits for a second key, and forgets itself after a wrong one", () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false };
  const first = meaningOf({ key: "y", ...plain }, { pending: "", hasLetters: true });
  assert.deepEqual(first, { command: undefined, pending: "y" });
  const after = (key: string) => meaningOf({ key, ...plain }, { pending: "y", hasLetters: true });
  assert.deepEqual(after("m"), { command: "copyMarkdown", pending: "" });
  assert.deepEqual(after("j"), { command: undefined, pending: "" });
});

test("with letters off only keys that nobody dictates do something", () => {
  for (const key of ["j", "x", "?", "/", "1", "y"]) assert.equal(press(key, {}, false), undefined);
  for (const [key, command] of [
    ["ArrowDown", "down"],
    ["Enter", "open"],
    [" ", "open"],
    ["Escape", "back"],
  ] as const) {
    assert.equal(press(key, {}, false), command);
  }
  assert.equal(press("f", { ctrlKey: true }, false), "find");
});
