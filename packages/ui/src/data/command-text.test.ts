import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCommand, findCommand } from "./command-text.ts";

test("a query is quoted so that no shell reads into it", () => {
  const asked = { q: '{ name = "it\'s $(here)" }', from: "-15m", to: "now" };
  assert.equal(findCommand(asked), "spoor find '{ name = \"it'\\''s $(here)\" }' --since 15m");
});

test("groups are the statistics of the command, and a time with two ends has both", () => {
  const asked = { q: "", from: "2026-11-22T10:00:00.000Z", to: "2026-11-22T11:00:00.000Z" };
  assert.equal(
    findCommand(asked, "name"),
    "spoor stats --by name --from 2026-11-22T10:00:00.000Z --to 2026-11-22T11:00:00.000Z",
  );
});

test("a comparison is a command where the command has it", () => {
  assert.equal(compareCommand("typical", "4bf92f35"), "spoor compare 4bf92f35 --typical");
  assert.equal(compareCommand("4bf92f35", "0af76519"), "spoor compare 4bf92f35 0af76519");
  assert.equal(compareCommand("q:status:ok", "0af76519"), "");
  assert.equal(compareCommand("4bf92f35", ""), "");
});
