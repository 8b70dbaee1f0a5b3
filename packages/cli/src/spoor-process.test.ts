/*
 * The command as a process: what only a real one can show.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startTestServer, traceAnswer } from "./client/test-server.ts";
import { CHECKOUT, traceLiteral } from "./terminal/terminal-literal.ts";

const BIN = fileURLToPath(new URL("../bin/spoor.js", import.meta.url));
const PACKAGE_ROOT = fileURLToPath(new URL("../../..", import.meta.url));

interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(
  given: readonly string[],
  { node = process.execPath, cwd }: { readonly node?: string; readonly cwd?: string } = {},
): ChildProcess {
  return spawn(node, [BIN, ...given], { stdio: ["ignore", "pipe", "pipe"], cwd });
}

async function finished(child: ChildProcess): Promise<Result> {
  const texts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  // The arguments of the event "close" of a child process.
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...texts };
}

/** A Node before 24 on the PATH, if there is one. */
function oldNode(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "node");
    try {
      const version = execFileSync(path, ["--version"], { encoding: "utf8" });
      if (Number(/^v(\d+)/.exec(version)?.[1]) < 24) return path;
    } catch {
      // No node in this folder of the PATH.
    }
  }
  return undefined;
}

test("--version and --help go to stdout and end with 0", async () => {
  const version = await finished(start(["--version"]));
  assert.match(version.stdout, /^spoor \d+\.\d+\.\d+\n$/);
  assert.deepEqual([version.code, version.stderr], [0, ""]);
  for (const given of [[], ["--help"], ["-h"]]) {
    const help = await finished(start(given));
    assert.match(help.stdout, /^usage: spoor <verb> \[flags\]$/m);
    assert.deepEqual([help.code, help.stderr], [0, ""]);
  }
});

test("a trace is drawn, and errors have their exit code", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  const shown = await finished(start(["show", "4bf9", "--url", server.url]));
  assert.match(shown.stdout, /^handleCheckout \(120ms\)$/m);
  assert.deepEqual([shown.code, shown.stderr], [0, ""]);
  const refused = await finished(start(["show"]));
  assert.equal(refused.code, 2);
  assert.equal(refused.stdout, "");
  assert.match(refused.stderr, /^error: .*\nwhy: {3}.*\nhint: {2}.*\n$/);
});

test("a reader that goes away is no failure", async () => {
  const spans = Array.from({ length: 3000 }, (_, index) => ({
    id: (0x10000 + index).toString(16),
    name: `span ${"with a long name ".repeat(9)}${index}`,
  }));
  await using server = await startTestServer(traceAnswer(traceLiteral(...spans), []));
  const child = start(["show", "4bf9", "-a", "--url", server.url]);
  // More than a pipe holds, so that the process is still writing when the pipe breaks.
  child.stdout?.once("data", () => child.stdout?.destroy());
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = await once(child, "exit");
  assert.deepEqual([code, stderr], [0, ""]);
});

test("an old Node runs the same on the binary of the package node", async (context) => {
  const node = oldNode();
  if (node === undefined) return context.skip("no Node before 24 on the PATH");
  const version = await finished(start(["--version"], { node }));
  assert.deepEqual([version.code, version.stderr], [0, ""]);
  const refused = await finished(start(["shwo", "-x"], { node }));
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /did you mean "spoor show"\?/);
});

test("an interrupted query dies of the signal, through an old Node too", async (context) => {
  const asked = Promise.withResolvers<void>();
  const askedAgain = Promise.withResolvers<void>();
  let count = 0;
  await using server = await startTestServer(() => {
    count += 1;
    if (count === 1) asked.resolve();
    else askedAgain.resolve();
  });
  const child = start(["show", "4bf9", "--url", server.url]);
  const result = finished(child);
  await asked.promise;
  child.kill("SIGINT");
  assert.equal((await result).signal, "SIGINT");
  const node = oldNode();
  if (node === undefined) return context.skip("no Node before 24 on the PATH");
  const old = start(["show", "4bf9", "--url", server.url], { node });
  const oldResult = finished(old);
  await askedAgain.promise;
  old.kill("SIGINT");
  assert.equal((await oldResult).signal, "SIGINT");
});

test("the light verbs load neither server nor store nor the wire format", async () => {
  await using server = await startTestServer(traceAnswer(CHECKOUT, []));
  for (const given of [["--version"], ["help", "up"], ["show", "4bf9", "--url", server.url]]) {
    const child = spawn(process.execPath, ["--import", LOADED, BIN, ...given], {
      stdio: ["ignore", "ignore", "pipe"],
      cwd: PACKAGE_ROOT,
    });
    const { stderr, code } = await finished(child);
    assert.equal(code, 0, stderr);
    const packages = new Set(stderr.match(/(?<=packages\/)\w+(?=\/)/g));
    packages.delete("cli");
    packages.delete("trace");
    assert.deepEqual([...packages], []);
    assert.match(stderr, /packages\/cli\/src\/main\.ts/);
  }
});

/** Prints the address of every module that is loaded to stderr. */
const LOADED = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ load(url, context, next) {
    process.stderr.write(url + "\\n");
    return next(url, context);
  } });
`)}`;

test("up prints ports, data and what to do next, and a signal stops it with 0", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "spoor-up-"));
  const ports = ["--grpc-port", "0", "--http-port", "0", "--ui-port", "0"];
  const child = start(["up", "--memory", ...ports], { cwd });
  const result = finished(child);
  try {
    let printed = "";
    const ready = Promise.withResolvers<void>();
    child.stdout?.on("data", (text: string) => {
      printed += text;
      if (/^next .*\n/m.test(printed)) ready.resolve();
    });
    await Promise.race([ready.promise, result]);
    child.kill("SIGTERM");
    const { code, signal, stdout, stderr } = await result;
    assert.deepEqual([code, signal], [0, null], stderr);
    assert.deepEqual(
      stdout.split("\n").map((line) => line.replaceAll(/:\d+/g, ":PORT")),
      [
        "OTLP/gRPC   http://127.0.0.1:PORT",
        "OTLP/HTTP   http://127.0.0.1:PORT",
        "UI and API  http://127.0.0.1:PORT",
        "data        in memory, lost when this ends",
        'next        send a trace to one of the OTLP ports, then run "npx spoor show @last --url ' +
          'http://127.0.0.1:PORT", or open http://127.0.0.1:PORT',
        "",
      ],
    );
  } finally {
    child.kill("SIGKILL");
    rmSync(cwd, { recursive: true, force: true });
  }
});
