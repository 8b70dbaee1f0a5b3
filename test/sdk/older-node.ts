/*
 * Applications for a Node before 22.15, which does not tell of modules before it loads them: there
 * what the package.json of the application names is loaded in advance. With the built SDK: such a
 * Node runs no TypeScript.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { startHttpReceiver } from "@spoor/sdk/test-receiver";
import type { AppFolder } from "../instrument/app-folder.ts";
import { treeLines } from "../instrument/run-apps.ts";
import { runTraced } from "./traced-process.ts";

/** A Node of that age, if PATH has one. */
export const OLD_NODE: string | undefined = (process.env["PATH"] ?? "")
  .split(":")
  .map((directory) => join(directory, "node"))
  .find(isOld);

/** Why nothing can be run on such a Node; false when it can. */
export const NO_OLD_NODE: string | false =
  OLD_NODE === undefined ? "no Node 20.19 to 22.14 is in PATH" : false;

function isOld(path: string): boolean {
  const { stdout } = spawnSync(path, ["--print", "process.versions.node"], { encoding: "utf8" });
  const [major = 0, minor = 0] = (stdout ?? "").split(".").map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12 && minor < 15);
}

/** What an application of the folder makes of one library on such a Node. */
export interface OlderRun {
  readonly lines: readonly string[];
  /** What the SDK said at the start and after. */
  readonly stderr: string;
}

/** Lets `file` of the folder use a library. */
export async function runOnOlderNode(
  folder: AppFolder,
  file: string,
  library: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OlderRun> {
  const receiver = await startHttpReceiver();
  try {
    const { exitCode, stderr } = await runTraced({
      program: folder.url(file),
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
    const spans = receiver.spans().map(({ spanId, parentSpanId, name, kind }) => {
      // OTLP numbers the kinds from one.
      return { spanId, parentSpanId, name, kind: kind - 1 };
    });
    return { lines: treeLines(spans), stderr };
  } finally {
    await receiver.close();
  }
}
