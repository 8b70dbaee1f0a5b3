#!/usr/bin/env node
/*
 * Starts the `spoor` command on a Node that can run it.
 *
 * Plain JavaScript without anything newer than Node 18 in its syntax, because this file is what an
 * old Node reads first. On an old one it runs itself again on the binary of the npm package `node`
 * and passes arguments, streams, signals and the exit code through.
 */
import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NODE_MAJOR_MIN = 24;
const FORWARDED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const packagePath = dirname(dirname(fileURLToPath(import.meta.url)));

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) await runOnNewerNode();
else await runHere();

async function runHere() {
  // Compiled code is kept between runs: half of the CPU of a short command is compilation.
  module.enableCompileCache();
  const sourcePath = join(packagePath, "src", "main.ts");
  // An installed package carries its sources too, but Node strips no types below node_modules.
  const isCheckout = existsSync(sourcePath) && !/[\\/]node_modules[\\/]/.test(packagePath);
  if (isCheckout) readSourcesOfPackages();
  const path = isCheckout ? sourcePath : join(packagePath, "dist", "main.js");
  await import(pathToFileURL(path).href);
}

/** The same as `node --conditions=@spoor/source`, without a second process. */
function readSourcesOfPackages() {
  const condition = "@spoor/source";
  if (process.execArgv.some((argument) => argument.includes(condition))) return;
  // What child_process.fork hands to its child; the hook below stays in this thread.
  process.execArgv.push(`--conditions=${condition}`);
  module.registerHooks({
    resolve(specifier, context, next) {
      return next(specifier, { ...context, conditions: [...context.conditions, condition] });
    },
  });
}

async function runOnNewerNode() {
  const { spawn } = await import("node:child_process");
  const binary = newerNodePath();
  if (binary === undefined) {
    process.stderr.write(
      `error: cannot run spoor on Node ${process.versions.node}\n` +
        `why:   it needs Node ${NODE_MAJOR_MIN} or newer, and the npm package "node" is not here\n` +
        `hint:  install Node ${NODE_MAJOR_MIN}, or run "npm install" in the folder of spoor\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  const forward = (signal) => child.kill(signal);
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (...result) => resolve(result));
  });
  for (const name of FORWARDED_SIGNALS) process.off(name, forward);
  // Dying of the child's signal tells the shell what happened, as if there were one process.
  if (signal !== null) process.kill(process.pid, signal);
  else process.exitCode = code;
}

function newerNodePath() {
  const require = module.createRequire(import.meta.url);
  try {
    const file = process.platform === "win32" ? "node.exe" : "node";
    const path = join(dirname(require.resolve("node/package.json")), "bin", file);
    return existsSync(path) ? path : undefined;
  } catch {
    // Not installed: the caller says so.
    return undefined;
  }
}
