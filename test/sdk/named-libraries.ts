/*
 * Applications that name libraries in package.json and load others, with a `node_modules` of their
 * own: pg, koa, and a library whose instrumentation this repository does not have.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppFolder } from "../instrument/app-folder.ts";
import { runTraced } from "./traced-process.ts";

const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** An application: what it names, and what it does. */
export interface NamingApp {
  /** Undefined for the Node of the tests. */
  readonly node: string | undefined;
  readonly dependencies: readonly string[];
  readonly code: string;
}

/** What the SDK says on stderr, a line each. */
export async function startLines({ node, dependencies, code }: NamingApp): Promise<string[]> {
  const modules = mkdtempSync(join(tmpdir(), "spoor-modules-"));
  try {
    fillModules(modules);
    using folder = new AppFolder({ dependencies, modules });
    folder.write("app.cjs", code);
    const { exitCode, stderr } = await runTraced({
      program: folder.url("app.cjs"),
      isBuilt: true,
      environment: { OTEL_TRACES_EXPORTER: "none" },
      ...(node === undefined ? {} : { node }),
    });
    assert.equal(exitCode, 0, stderr);
    // What Node 20 does not tell, whatever is installed.
    return stderr.split("\n").filter((line) => line !== "" && !/of node:http/u.test(line));
  } finally {
    rmSync(modules, { recursive: true });
  }
}

function fillModules(modules: string): void {
  mkdirSync(join(modules, "@opentelemetry"));
  for (const name of ["@opentelemetry/api", "koa", "pg"]) {
    symlinkSync(join(MODULES, name), join(modules, name));
  }
  const prisma = join(modules, "@prisma/client");
  mkdirSync(prisma, { recursive: true });
  writeFileSync(join(prisma, "package.json"), '{ "name": "@prisma/client", "version": "7.0.0" }');
  writeFileSync(join(prisma, "index.js"), "");
}
