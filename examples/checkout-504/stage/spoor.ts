/* The Spoor that receives the traces: the one that already runs, else one of the demo's own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProgram } from "./child-process.ts";
import { freePort, isPortFree } from "./ports.ts";
import type { Stage } from "./stage.ts";

const COMMAND = fileURLToPath(new URL("../../../packages/cli/bin/spoor.js", import.meta.url));
const USUAL_URL = "http://127.0.0.1:4319";
const USUAL_PORTS = { grpc: 4317, http: 4318, ui: 4319 } as const;
/** The embedded store's first start on a slow machine; on a fast one it takes about 2 s. */
const START_MS_MAX = 60_000;

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

/** A span, as far as the demo looks at it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly durationMs: number;
  readonly isError: boolean;
}

/** Finds the Spoor on the usual port, or starts one with a data directory that is thrown away. */
export async function findOrStartSpoor(stage: Stage): Promise<Spoor> {
  const usual = await statusOf(USUAL_URL, AbortSignal.timeout(2000));
  if (usual !== undefined) return { url: USUAL_URL, ...usual, isForeign: true };

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
  return { protocol, endpoint: `http://127.0.0.1:${port}` };
}

/** Waits until all of `names` have arrived in the trace, and returns its spans. */
export async function spansOf(
  spoor: Spoor,
  { traceId, names }: { readonly traceId: string; readonly names: readonly string[] },
): Promise<ReceivedSpan[]> {
  const deadlineMs = performance.now() + 15_000;
  for (;;) {
    const spans = await readSpans(`${spoor.url}/api/v1/traces/${traceId}`);
    const missing = names.filter((name) => !spans.some((span) => span.name.startsWith(name)));
    if (missing.length === 0) return spans;
    if (performance.now() > deadlineMs) {
      throw new Error(`trace ${traceId} did not arrive whole; missing: ${missing.join(", ")}`);
    }
    await delay(100);
  }
}

/** Prints the trace's tree with the `spoor` command. @throws Error when the command fails. */
export async function showTrace(spoor: Spoor, traceId: string): Promise<void> {
  const args = [COMMAND, "show", traceId, "--url", spoor.url];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
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

/** The ports of the Spoor at `url`, or undefined while none is ready there. */
async function statusOf(
  url: string,
  signal: AbortSignal,
): Promise<{ grpcPort: number; httpPort: number } | undefined> {
  try {
    const response = await fetch(`${url}/api/v1/status`, { signal });
    // The part of the native API's answer that is needed here.
    const status = (await response.json()) as {
      listeners: { name: string; port: number }[];
      store: { ready: boolean };
    };
    const portOf = (name: string) => status.listeners.find((one) => one.name === name)?.port;
    const grpcPort = portOf("OTLP/gRPC");
    const httpPort = portOf("OTLP/HTTP");
    if (!status.store.ready || grpcPort === undefined || httpPort === undefined) return undefined;
    return { grpcPort, httpPort };
  } catch {
    // Nobody listens there, or somebody who is not Spoor.
    return undefined;
  }
}

async function readSpans(url: string): Promise<ReceivedSpan[]> {
  const response = await fetch(url);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  // The part of the native API's answer that is needed here; it is spelled like OTLP/JSON.
  const { trace } = (await response.json()) as { trace: TraceJson };
  return trace.spans.map((span) => ({
    service: serviceName(trace.resources[span.resource]),
    name: span.name,
    durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
    isError: span.status?.code === 2,
  }));
}

interface TraceJson {
  readonly resources: readonly ResourceJson[];
  readonly spans: readonly {
    readonly name: string;
    readonly resource: number;
    readonly startTimeUnixNano: string;
    readonly endTimeUnixNano: string;
    readonly status?: { readonly code: number };
  }[];
}

interface ResourceJson {
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string };
  }[];
}

function serviceName(resource: ResourceJson | undefined): string {
  const attribute = resource?.attributes.find(({ key }) => key === "service.name");
  return attribute?.value.stringValue ?? "";
}
