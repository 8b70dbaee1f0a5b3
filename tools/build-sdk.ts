/*
 * Builds the JavaScript of packages/sdk, that of the packages it stands on included, into a few
 * files in packages/sdk/dist/bundle: reading and linking 150 small modules is most of what loading
 * an SDK costs an application. The compiler writes only the declarations.
 *
 * 1. What the SDK loads on demand (transports, encoders of logs, the reader of YAML) stays in files
 *    of its own, and what two entry points share is one file that both load: they share state.
 * 2. The API is not in it. There must be one copy in a process, and it is the application's.
 * 3. The files are written beside their place and then moved there, so that nobody reads half of
 *    them. They are not minified: a stack trace from the SDK must be readable.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { REPOSITORY } from "./source-module.ts";

const SDK = join(REPOSITORY, "packages/sdk");
const BUNDLE = join(SDK, "dist/bundle");

/** The entry points, as packages/sdk/package.json exports them. */
const ENTRIES = ["index", "auto", "instrument", "loop-watcher"] as const;

/** Packages of the application. */
const EXTERNAL = [/^@opentelemetry\//u, "yaml"];

/** Builds the SDK. Returns how many bytes of JavaScript it has. */
async function buildSdk(): Promise<number> {
  const input = Object.fromEntries(ENTRIES.map((name) => [name, join(SDK, `src/${name}.ts`)]));
  const bundle = await rolldown({
    input,
    platform: "node",
    external: EXTERNAL,
    resolve: { conditionNames: ["@spoor/source", "node", "import"] },
  });
  const folder = mkdtempSync(`${SDK}/.bundle-`);
  try {
    const { output } = await bundle.write({
      dir: folder,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      sourcemap: true,
    });
    rmSync(BUNDLE, { recursive: true, force: true });
    mkdirSync(join(SDK, "dist"), { recursive: true });
    renameSync(folder, BUNDLE);
    return output.reduce((sum, file) => sum + ("code" in file ? file.code.length : 0), 0);
  } finally {
    await bundle.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const byteCount = await buildSdk();
console.log(`The SDK is built: ${Math.round(byteCount / 1024)} KB of JavaScript.`);
