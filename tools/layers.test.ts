import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLayers, type Layers, type Rooms } from "./check-layers.ts";
import { LAYERS } from "./layers.ts";
import { parseModule, problemText, readModules, repositoryFiles } from "./source-module.ts";

const SOUND: Layers = {
  packages: {
    wire: { ".": [], reply: ["bytes"], bytes: [] },
    house: { ".": [], attic: ["hall", "@spoor/wire"], hall: ["node:"], cellar: [] },
  },
  entries: {},
  testImports: {},
  timeReaders: {},
};

const SOUND_FILES: Readonly<Record<string, string>> = {
  "packages/wire/src/index.ts": `export { reply } from "./reply/reply.ts";`,
  "packages/wire/src/reply/reply.ts": `import { two } from "../bytes/two.ts"; export const reply = two;`,
  "packages/wire/src/bytes/two.ts": `export const two = 2;`,
  "packages/house/src/index.ts": `export * from "./attic/box.ts"; export * from "./cellar/jar.ts";`,
  "packages/house/src/attic/box.ts": `import { reply } from "@spoor/wire"; import type { Door } from "../hall/door.ts";
    export const box = (door: Door) => [door, reply];`,
  "packages/house/src/hall/door.ts": `import { readFileSync } from "node:fs"; export type Door = typeof readFileSync;`,
  "packages/house/src/cellar/jar.ts": `export const jar = 1;`,
};

/** What the check says of the sound fixture after `changes`; undefined takes a file away. */
function problemsOf(
  changes: Readonly<Record<string, string | undefined>>,
  layers: Partial<Layers> = {},
): string[] {
  const modules = Object.entries({ ...SOUND_FILES, ...changes }).flatMap(([path, text]) =>
    text === undefined ? [] : [parseModule(path, text)],
  );
  return checkLayers(modules, { ...SOUND, ...layers }).map(problemText);
}

const JAR = "packages/house/src/cellar/jar.ts";
const DOOR = "packages/house/src/hall/door.ts";
const door = (line: string) => ({ [DOOR]: `${SOUND_FILES[DOOR]}\n${line}` });
const url = (path: string) => `new URL("${path}", import.meta.url);`;
const jar = (line: string) => ({ [JAR]: `${SOUND_FILES[JAR]}\n${line}` });

test("the repository keeps to its own list", () => {
  const problems = checkLayers(readModules(repositoryFiles()), LAYERS);
  assert.equal(problems.map(problemText).join("\n"), "");
});

test("the sound fixture has no problem", () => {
  assert.deepEqual(problemsOf({}), []);
});

test("an import upward is refused, also of a type and in a test", () => {
  const refusal = `${JAR}:2: the room house/cellar may not import hall (tools/layers.ts)`;
  assert.deepEqual(problemsOf(jar(`import type { Door } from "../hall/door.ts";`)), [refusal]);
  assert.deepEqual(problemsOf(jar(`type D = import("../hall/door.ts").Door;`)), [refusal]);
  assert.deepEqual(problemsOf(jar(`await import("../hall/door.ts");`)), [refusal]);
  assert.deepEqual(problemsOf(jar(`export * from "../hall/door.ts";`)), [refusal]);
  assert.deepEqual(
    problemsOf({ "packages/house/src/cellar/jar.test.ts": `import "../hall/door.ts";` }),
    [
      "packages/house/src/cellar/jar.test.ts:1: the room house/cellar may not import hall (tools/layers.ts)",
    ],
  );
});

test("a worker named by URL counts as an import", () => {
  assert.deepEqual(problemsOf(jar(`new URL("../hall/door.ts", import.meta.url);`)), [
    `${JAR}:2: the room house/cellar may not import hall (tools/layers.ts)`,
  ]);
});

test("a package of ours, one of npm's and Node's modules need a line of their own", () => {
  const names = {
    "@spoor/wire": "@spoor/wire",
    "hono/streaming": "hono",
    "@clickhouse/client/dist/x.js": "@clickhouse/client",
    "node:fs/promises": "node:fs",
  };
  for (const [specifier, name] of Object.entries(names)) {
    assert.deepEqual(problemsOf(jar(`import "${specifier}";`)), [
      `${JAR}:2: the room house/cellar may not import ${name} (tools/layers.ts)`,
    ]);
  }
});

test("a single module of Node can be allowed, which allows no other", () => {
  const cellar = ["node:buffer"];
  const packages = { ...SOUND.packages, house: { ...SOUND.packages["house"], cellar } };
  assert.deepEqual(problemsOf(jar(`import "node:buffer";`), { packages }), []);
  assert.deepEqual(problemsOf(jar(`import "node:buffer"; import "node:fs";`), { packages }), [
    `${JAR}:2: the room house/cellar may not import node:fs (tools/layers.ts)`,
  ]);
});

test("a second public face of a package is allowed where it is listed by its name", () => {
  const rooms = Object.entries(SOUND.packages["house"] ?? {}).map(([room, names]) => [
    room,
    room === "cellar" ? [...names, "@spoor/wire/bytes"] : names,
  ]);
  const packages = { ...SOUND.packages, house: Object.fromEntries(rooms) as Rooms };
  assert.deepEqual(problemsOf(jar(`import "@spoor/wire/bytes";`), { packages }), []);
  assert.notDeepEqual(problemsOf(door(`import "@spoor/wire/bytes";`), { packages }), []);
});

test("a test may use npm and Node, but no package of ours that its package may not", () => {
  const path = "packages/wire/src/bytes/two.test.ts";
  assert.deepEqual(problemsOf({ [path]: `import "node:test"; import "fast-check";` }), []);
  assert.deepEqual(problemsOf({ [path]: `import "@spoor/house";` }), [
    `${path}:1: no room of wire may import @spoor/house`,
  ]);
});

test("another package is imported by its name alone", () => {
  assert.deepEqual(problemsOf(door(`import "../../../wire/src/bytes/two.ts";`)), [
    `${DOOR}:2: imports packages/wire/src/bytes/two.ts by its path: import a package by its name, nothing deeper`,
  ]);
  assert.deepEqual(problemsOf(door(`import "@spoor/wire/src/bytes/two.ts";`)), [
    `${DOOR}:2: imports the inside of a package, @spoor/wire/src/bytes/two.ts: import @spoor/wire only`,
  ]);
});

test("what a package offers to tests is imported by tests alone", () => {
  const layers = { testImports: { "@spoor/wire/random": "random bytes" } };
  const inTest = { "packages/house/src/hall/door.test.ts": `import "@spoor/wire/random";` };
  assert.deepEqual(problemsOf(inTest, layers), []);
  assert.equal(problemsOf(inTest).length, 1);
  assert.equal(problemsOf(door(`import "@spoor/wire/random";`), layers).length, 1);
});

test("a file may read its package.json, and a test a golden file", () => {
  assert.deepEqual(problemsOf(door(url("../../package.json"))), []);
  assert.equal(problemsOf(door(url("../../../../docs/golden/door.bin"))).length, 1);
  const path = "packages/house/src/hall/door.test.ts";
  assert.deepEqual(problemsOf({ [path]: url("../../../../docs/golden/door.bin") }), []);
  assert.equal(problemsOf({ [path]: url("../../../../test/door.ts") }).length, 1);
});

test("nobody imports the root of its own package", () => {
  const [problem] = problemsOf(door(`import "../index.ts";`));
  assert.equal(
    problem,
    `${DOOR}:2: imports packages/house/src/index.ts, the root of its own package: import the file that defines it`,
  );
  assert.deepEqual(problemsOf(door(`import "@spoor/house";`)), [
    `${DOOR}:2: imports its own package by name: import the file that defines it`,
  ]);
});

test("folders that import each other in a circle are named, also inside one room", () => {
  const problems = problemsOf({
    [DOOR]: `${SOUND_FILES[DOOR]} export * from "./lock/lock.ts";`,
    "packages/house/src/hall/lock/lock.ts": `import type { Door } from "../door.ts"; export type Lock = Door;`,
  });
  assert.deepEqual(problems, [
    "packages/house/src/hall: folders import each other in a circle: " +
      "packages/house/src/hall -> packages/house/src/hall/lock -> packages/house/src/hall",
  ]);
});

test("a file that only its test reaches is dead, unless the list says who starts it", () => {
  const changes = {
    "packages/house/src/cellar/rat.ts": `export const rat = 1;`,
    "packages/house/src/cellar/rat.test.ts": `import "./rat.ts";`,
  };
  assert.deepEqual(problemsOf(changes), [
    "packages/house/src/cellar/rat.ts: no entry point reaches this file: use it, delete it, or list it in tools/layers.ts",
  ]);
  const entries = { "packages/house/src/cellar/rat.ts": "a child process" };
  assert.deepEqual(problemsOf(changes, { entries }), []);
  assert.deepEqual(problemsOf({}, { entries }), [
    "tools/layers.ts: packages/house/src/cellar/rat.ts does not exist",
  ]);
});

test("a folder or package that is on no list is refused", () => {
  assert.deepEqual(
    problemsOf({
      "packages/house/src/index.ts": `${SOUND_FILES["packages/house/src/index.ts"]} export * from "./shed/rake.ts";`,
      "packages/house/src/shed/rake.ts": `export const rake = 1;`,
    }),
    [
      "packages/house/src/index.ts:1: imports packages/house/src/shed/rake.ts, which lies in no room of tools/layers.ts",
      'packages/house/src/shed/rake.ts: "shed" is not a room: add it to tools/layers.ts in its place',
    ],
  );
  assert.deepEqual(problemsOf({ "packages/barn/src/index.ts": "" }), [
    "packages/barn/src/index.ts: belongs to a package that tools/layers.ts does not list",
  ]);
});

test("the list may only point downward and may allow nothing that is not used", () => {
  const house = { ".": [], cellar: [], hall: ["node:"], attic: ["hall", "@spoor/wire", "cellar"] };
  const packages = { ...SOUND.packages, house };
  assert.deepEqual(problemsOf({}, { packages }), [
    "tools/layers.ts: house/attic may import hall, which does not stand below it",
    "tools/layers.ts: house/attic may import cellar, which does not stand below it",
    "tools/layers.ts: house/attic may import cellar, but never does: take it away",
  ]);
});

test("only a listed file reads the time", () => {
  const reads = {
    "Date.now": "Date.now()",
    "performance.now": "performance.now()",
    "new Date()": "new Date()",
    "process.hrtime": "process.hrtime()",
  };
  for (const [read, code] of Object.entries(reads)) {
    assert.deepEqual(problemsOf(jar(`export const now = ${code};`)), [
      `${JAR}:2: reads the time with ${read}: take a Clock as a constructor argument`,
    ]);
  }
  assert.deepEqual(problemsOf(jar("export const then = new Date(0);")), []);
  const timeReaders = { [JAR]: "it is a clock" };
  assert.deepEqual(problemsOf(jar("export const now = Date.now();"), { timeReaders }), []);
});

test("a file that cannot be parsed is an error, not an empty file", () => {
  assert.throws(() => parseModule("packages/house/src/index.ts", "export const ="), SyntaxError);
});
