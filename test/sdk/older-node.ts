/*
 * Applications for a Node before 22.15, which does not tell of modules before it loads them: there
 * what the package.json of the application names is loaded in advance. With the built SDK: such a
 * Node runs no TypeScript.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startHttpReceiver } from "@spoor/sdk/test-receiver";
import { treeLines } from "../instrument/run-apps.ts";
import { runTraced } from "./traced-process.ts";

const OLD_NODE = (process.env["PATH"] ?? "")
  .split(":")
  .map((directory) => join(directory, "node"))
  .find(isOld);

/** Why nothing can be run on such a Node; false when it can. */
export const NO_OLD_NODE: string | false =
  OLD_NODE === undefined ? "no Node 20.19 to 22.14 is in PATH" : false;

const APPS = fileURLToPath(new URL("../instrument/apps/", import.meta.url));
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

function isOld(path: string): boolean {
  const { stdout } = spawnSync(path, ["--print", "process.versions.node"], { encoding: "utf8" });
  const [major = 0, minor = 0] = (stdout ?? "").split(".").map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12 && minor < 15);
}

/** The applications of test/instrument in a folder whose package.json names `libraries`. */
export class OlderApplication implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "spoor-older-node-"));

  constructor(libraries: readonly string[]) {
    for (const name of ["library.mjs", "library.cjs", "libraries"]) {
      cpSync(join(APPS, name), join(this.#folder, name), { recursive: true });
    }
    const dependencies = Object.fromEntries(libraries.map((name) => [name, "*"]));
    const description = JSON.stringify({ name: "older", dependencies });
    writeFileSync(join(this.#folder, "package.json"), description);
    symlinkSync(MODULES, join(this.#folder, "node_modules"));
  }

  /** What the application makes of one library, as lines. */
  async use(file: string, library: string, env: Record<string, string> = {}): Promise<string[]> {
    const receiver = await startHttpReceiver();
    try {
      const { exitCode, stderr } = await runTraced({
        program: pathToFileURL(join(this.#folder, file)).href,
        story: library,
        isBuilt: true,
        ...(OLD_NODE === undefined ? {} : { node: OLD_NODE }),
        environment: {
          ...env,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.endpoint.port}`,
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        },
      });
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /^spoor: application → .*hooks: http fetch /mu);
      const spans = receiver.spans().map(({ spanId, parentSpanId, name, kind }) => {
        // OTLP numbers the kinds from one.
        return { spanId, parentSpanId, name, kind: kind - 1 };
      });
      return treeLines(spans);
    } finally {
      await receiver.close();
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
