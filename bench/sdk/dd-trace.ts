/*
 * dd-trace as a peer. It is no dependency of this project, because it wants an older
 * @opentelemetry/api than the project has: it is installed into a cache when a benchmark runs,
 * without its native parts, which it does without.
 */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Attributes, SpanOptions, Tracer } from "@opentelemetry/api";
import type { TracerUnderTest } from "./tracer-under-test.ts";

const VERSION = "6.21.0";
const FOLDER = join(import.meta.dirname, "../../node_modules/.cache", `spoor-dd-trace-${VERSION}`);
const FLUSH_INTERVAL_MS = 500;

/** What is used of it. */
interface DdTrace {
  init(options: object): DdTrace;
  startSpan(name: string, options: { readonly tags: Attributes }): { finish(): void };
}

/** Installs it, unless that was done before; what went wrong, or undefined. */
export function installDdTrace(): string | undefined {
  if (existsSync(join(FOLDER, "node_modules/dd-trace/package.json"))) return undefined;
  mkdirSync(FOLDER, { recursive: true });
  // Of its own, so that npm does not take the one of the project.
  writeFileSync(join(FOLDER, "package.json"), '{ "private": true }\n');
  const flags = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
  const run = spawnSync("npm", ["install", ...flags, `dd-trace@${VERSION}`], {
    cwd: FOLDER,
    encoding: "utf8",
  });
  if (run.status === 0) return undefined;
  return run.stderr.trim().split("\n")[0] ?? String(run.error);
}

/**
 * Its own interface, without its instrumentations, profiles and telemetry. Other than the others it
 * also sends what it encodes, because it offers no place at which the bytes could be taken.
 */
export async function ddTracer(): Promise<TracerUnderTest> {
  const sink = fork(join(import.meta.dirname, "request-sink.ts"), {
    execArgv: ["--conditions=@spoor/source"],
  });
  const [{ port }] = (await once(sink, "message")) as [{ port: number }]; // what that file sends
  const require = createRequire(join(FOLDER, "package.json"));
  const ddTrace = require("dd-trace") as DdTrace; // what this version exports
  const dd = ddTrace.init({
    url: `http://127.0.0.1:${port}`,
    flushInterval: FLUSH_INTERVAL_MS,
    startupLogs: false,
    plugins: false,
    runtimeMetrics: false,
    profiling: false,
    remoteConfig: { enabled: false },
    telemetry: { enabled: false },
  });
  const tracer = {
    startSpan: (name: string, { attributes = {} }: SpanOptions) => {
      const span = dd.startSpan(name, { tags: attributes });
      return { end: () => span.finish() };
    },
  };
  const flush = async (): Promise<number> => {
    await pause(2 * FLUSH_INTERVAL_MS);
    sink.channel?.ref();
    sink.send("count");
    const [counts] = (await once(sink, "message")) as [{ byteCount: number }]; // likewise
    sink.channel?.unref();
    return counts.byteCount;
  };
  // It ends when this process has, which must not wait for it.
  sink.unref();
  sink.channel?.unref();
  // The cases that run with it start and end a span, and nothing else.
  return { tracer: tracer as unknown as Tracer, flush };
}
