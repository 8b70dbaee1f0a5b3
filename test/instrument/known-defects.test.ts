/*
 * Defects that users of other SDKs for Node report again and again, and what happens here instead.
 * The numbers in the names are those of docs/decisions/0057-own-http-and-late-loading.md.
 */
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type App, startApp, treeLines } from "./run-apps.ts";
import { startStores, type Stores } from "./stores.ts";

let stores: Stores;
before(async () => {
  stores = await startStores();
});
after(() => stores[Symbol.asyncDispose]());

/** Starts an application that ends by itself, and waits for that. */
async function run(file: string, options: Parameters<typeof startApp>[1] = {}): Promise<App> {
  await using app = startApp(file, {
    ...options,
    env: { DATABASE_URL: stores.databaseUrl, ...options.env },
  });
  return await app.ended();
}

test("defect 9: a library loaded before the SDK is hooked all the same, or named", async () => {
  const app = await run("too-late.ts", { isBare: true });
  assert.deepEqual(treeLines(app.spans), ["internal work", "  client pg.query:SELECT shop"]);
  const found = app.findings.map(({ code, subject }) => `${code} ${subject}`);
  assert.deepEqual(found, ["loaded_too_early pino"]);
  assert.match(
    app.errorOutput,
    /^spoor: pino was loaded before Spoor.*--import @spoor\/sdk\/auto$/mu,
  );
});

test("defect 10: ES modules need no other flag, and no module is wrapped", async () => {
  const app = await run("modules.ts");
  const answer = app.messages.find((message) => message.answer !== undefined)?.answer;
  assert.deepEqual(answer, {
    flags: ["--conditions=@spoor/source", "--import"],
    live: 1,
    again: 1,
    isOneClass: true,
    names: ["Client", "Redis"],
  });
  assert.deepEqual(app.findings, []);
});

test("defect 11: a query that waited for a connection belongs to who asked for it", async () => {
  const app = await run("pool.ts");
  assert.equal(app.errorOutput, "");
  const lines = treeLines(app.spans);
  for (const name of ["a", "b", "c", "waiter"]) {
    const start = lines.findIndex((line) => line.trim() === `internal ${name}`);
    const depth = lines[start]?.search(/\S/u) ?? 0;
    const below = lines.slice(start + 1);
    const end = below.findIndex((line) => line.search(/\S/u) <= depth);
    const own = new Set(below.slice(0, end === -1 ? undefined : end).map((line) => line.trim()));
    const hasWait = own.has("client pg-pool.wait");
    assert.ok(own.has("client pg.query:SELECT shop"), `${name}:\n${lines.join("\n")}`);
    assert.ok(hasWait || name === "a", `${name} waited:\n${lines.join("\n")}`);
  }
  assert.equal(lines.filter((line) => line.includes("pg-pool.connect")).length, 1);
});

test("defect 11: while one waits, the registry says who holds what, and since which call", async () => {
  const app = await run("pool.ts");
  const idOf = (name: string) => app.spans.find((span) => span.name === name)?.spanId;
  const answer = app.messages.find((message) => message.answer !== undefined)?.answer;
  assert.deepEqual(answer, {
    transaction: "open",
    hasPid: true,
    checkedOutBy: idOf("holder"),
    lastQuery: "BEGIN",
    waits: [idOf("waiter")],
    waitsOnItsPool: true,
  });
});

test("defect 12: a second copy of the API shares ours, and one that cannot is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "spoor-api-"));
  try {
    const copy = join(folder, "node_modules", "@opentelemetry", "api");
    const original = dirname(dirname(fileURLToPath(import.meta.resolve("@opentelemetry/api"))));
    await cp(original, copy, { recursive: true });
    const path = join(folder, "app.mjs");
    await writeFile(
      path,
      'import { trace } from "@opentelemetry/api";\n' +
        'trace.getTracer("copy").startSpan("from the copy").end();\nprocess.disconnect();\n',
    );
    const same = await run(pathToFileURL(path).href);
    assert.deepEqual(treeLines(same.spans), ["internal from the copy"]);
    assert.deepEqual(same.findings, []);

    await makeNewer(copy);
    const newer = await run(pathToFileURL(path).href);
    assert.deepEqual(newer.spans, []);
    assert.deepEqual(
      newer.findings.map(({ code }) => code),
      ["api_duplicate"],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a version of a library that its instrumentation does not know is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "spoor-koa-"));
  try {
    await makeLibrary(folder, "koa");
    const path = join(folder, "app.cjs");
    await writeFile(path, 'require("koa");\nprocess.disconnect();\n');
    const app = await run(pathToFileURL(path).href);
    const found = app.findings.map(({ code, subject }) => `${code} ${subject}`);
    assert.deepEqual(found, ["instrumentation_without_effect koa"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a library whose instrumentation is not installed is named, with what installs it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "spoor-missing-"));
  try {
    await makeLibrary(folder, "koa");
    await makeLibrary(folder, "@prisma/client");
    // The last one is not there at all.
    const dependencies = { "@prisma/client": "*", koa: "*", express: "*" };
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "app", dependencies }));
    const path = join(folder, "app.cjs");
    await writeFile(path, "process.disconnect();\n");
    const app = await run(pathToFileURL(path).href);
    const hooked = app.messages.find((message) => message.hooked !== undefined)?.hooked;
    assert.deepEqual(hooked, {
      hooked: ["http", "fetch", "koa"],
      loadedTooEarly: [],
      missing: ["prisma"],
      installCommand: "npm install @prisma/instrumentation",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A package by the name of a library, of a version that does not exist. */
async function makeLibrary(folder: string, name: string): Promise<void> {
  const copy = join(folder, "node_modules", name);
  await mkdir(copy, { recursive: true });
  await writeFile(join(copy, "package.json"), JSON.stringify({ name, version: "99.0.0" }));
  await writeFile(join(copy, "index.js"), "module.exports = class {};");
}

/** Lets a copy of the API say that it is of a later minor version. */
async function makeNewer(copy: string): Promise<void> {
  const path = join(copy, "package.json");
  // The API's own package.json.
  const { version } = JSON.parse(await readFile(path, "utf8")) as { readonly version: string };
  const [major = "1", minor = "0"] = version.split(".");
  const later = `${major}.${Number(minor) + 1}.0`;
  for (const file of ["package.json", "dist/version.mjs", "dist/version.cjs"]) {
    const text = await readFile(join(copy, file), "utf8");
    await writeFile(join(copy, file), text.replaceAll(version, later));
  }
}
