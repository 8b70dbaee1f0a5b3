/*
 * The entry point of the `spoor` command. What needs nothing else is answered here, because most of
 * the CPU of a short command goes into loading modules.
 */
import { readFileSync } from "node:fs";
import { overviewText } from "./arguments/help-text.ts";
import { VERBS } from "./commands/registry.ts";

const given = process.argv.slice(2);
const [first] = given;

if (first === "--version" || first === "-V") {
  process.stdout.write(`spoor ${readVersion()}\n`);
} else if (first === undefined || first === "--help" || first === "-h") {
  process.stdout.write(overviewText(VERBS));
} else {
  const { runProcess } = await import("./run-process.ts");
  await runProcess(given, readVersion());
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  // Our own file, which npm itself could not read without a version.
  return (JSON.parse(text) as { readonly version: string }).version;
}
