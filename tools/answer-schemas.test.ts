import assert from "node:assert/strict";
import { test } from "node:test";
import { schemasOf } from "./answer-schemas.ts";
import { parseModule } from "./source-module.ts";

function check(text: string, expected: Readonly<Record<string, unknown>>): void {
  const path = "packages/trace/src/answer/oven-answer.ts";
  assert.deepEqual(schemasOf([parseModule(path, text)]), expected);
}

test("an interface is an object with its docstrings, and refers to others by name", () => {
  check(
    `/** What an oven {@link says}. */
     export interface Oven { /** In degrees. */ readonly heat: number; readonly door?: Door | null }
     export type Door = "open" | "shut";`,
    {
      Oven: {
        description: "What an oven says.",
        type: "object",
        properties: {
          heat: { type: "number", description: "In degrees." },
          door: { anyOf: [{ $ref: "#/components/schemas/Door" }, { type: "null" }] },
        },
        required: ["heat"],
      },
      Door: { enum: ["open", "shut"] },
    },
  );
});

test("what is extended is written out, without what is left out", () => {
  const text = `export const Kind = { gas: 0, wood: 1 } as const;
     export interface Base { a: string; b: bigint; }
     export interface Oven extends Omit<Base, "b"> { k: (typeof Kind)[keyof typeof Kind]; }`;
  const path = "packages/trace/src/answer/oven-answer.ts";
  const base = parseModule("packages/trace/src/span/base.ts", text.replace(/^.*Oven.*$/mu, ""));
  const oven = parseModule(path, text.replace(/^.*Base \{.*$/mu, ""));
  assert.deepEqual(schemasOf([base, oven])["Oven"], {
    type: "object",
    properties: { a: { type: "string" }, k: { enum: [0, 1] } },
    required: ["a", "k"],
  });
});

test("a form of type that has no schema is an error", () => {
  assert.throws(() => check("export interface Oven { a: bigint }", {}), /TSBigIntKeyword/u);
  assert.throws(() => check("export interface Oven { a: Gone }", {}), /no type Gone/u);
});
