/* The Spoor that receives the traces: the one that already runs, else one of the demo's own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProgram } from "./child-process.ts";
import { freePort, isPortFree } from "./ports.ts";
import { statusOf } from "./spoor-api.ts";
import type { Stage } from "./stage.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/spoor.js", import.meta.url));
const USUAL_URL = "http://127.0.0.1:4319";
const USUAL_PORTS = { grpc: 4317, http: 4318, ui: 4319 } as const;
/** The embedded store's first start on a slow machine; on a fast one it takes about 2 s. */
const START_MS_MAX = 60_000;

/** Longer than any Spoor that runs needs to tell its status. */
const ANSWER_MS_MAX = 2000;

/** Where a service sends its traces, and how. */
export interface Otlp {
  readonly protocol: string;
  readonly endpoint: string;
}

/** A Spoor that is ready. */
export interface Spoor {
  /** The page and the API. */
  readonly url: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Whether it ran before the demo did, and goes on afterwards. */
  readonly isForeign: boolean;
}

/**
 * Finds the Spoor at SPOOR_URL or on the usual port, or starts one with a data directory that is
 * thrown away.
 *
 * @throws Error when SPOOR_URL is set and no Spoor answers there.
 */
export async function findOrStartSpoor(stage: Stage): Promise<Spoor> {
  const given = process.env["SPOOR_URL"];
  const foreignUrl = (given ?? USUAL_URL).replace(/\/$/, "");
  const foreign = await statusOf(foreignUrl, AbortSignal.timeout(ANSWER_MS_MAX));
  if (foreign !== undefined) return { url: foreignUrl, ...foreign, isForeign: true };
  if (given !== undefined) throw new Error(`cannot find Spoor at SPOOR_URL ${given}`);

  const ports = await choosePorts();
  const url = `http://127.0.0.1:${ports.ui}`;
  const data = await stage.temporaryDirectory("spoor");
  const flags = ["--grpc-port", ports.grpc, "--http-port", ports.http, "--ui-port", ports.ui];
  const program = startProgram(stage, {
    name: "spoor",
    command: process.execPath,
    args: [COMMAND, "up", "--data", data, ...flags.map(String)],
  });
  await program.waitUntil((signal) => ready(url, signal));
  return { url, grpcPort: ports.grpc, httpPort: ports.http, isForeign: false };
}

/** The OTLP settings for this Spoor, with the protocol that the user asked for. */
export function otlpOf(spoor: Spoor): Otlp {
  const protocol = process.env["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "http/protobuf";
  const port = protocol === "grpc" ? spoor.grpcPort : spoor.httpPort;
  return { protocol, endpoint: `http://${new URL(spoor.url).hostname}:${port}` };
}

/** Prints the trace's tree with the `spoor` command. @throws Error when the command fails. */
export async function showTrace(spoor: Spoor, traceId: string): Promise<void> {
  const args = [COMMAND, "show", traceId, "--url", spoor.url];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  // Node gives the listeners of "close" the exit code first.
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`spoor show ${traceId} failed with exit code ${code}`);
}

async function choosePorts(): Promise<{ grpc: number; http: number; ui: number }> {
  const areFree = await Promise.all(Object.values(USUAL_PORTS).map(isPortFree));
  if (areFree.every(Boolean)) return USUAL_PORTS;
  return { grpc: await freePort(), http: await freePort(), ui: await freePort() };
}

async function ready(url: string, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + START_MS_MAX;
  while ((await statusOf(url, signal)) === undefined) {
    if (performance.now() > deadlineMs) {
      throw new Error(`spoor was not ready at ${url} within ${START_MS_MAX / 1000} s`);
    }
    await delay(100, undefined, { signal });
  }
}
