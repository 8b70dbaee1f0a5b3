import { fileURLToPath } from "node:url";
import { type RunningProgram, startProgram } from "./child-process.ts";
import type { Otlp } from "./spoor.ts";
import type { Stage } from "./stage.ts";

/** What traces the services; DEMO_TELEMETRY names another module, such as another SDK's. */
const TELEMETRY = process.env["DEMO_TELEMETRY"] ?? "@spoor/sdk/auto";

const SERVICES = fileURLToPath(new URL("../services", import.meta.url));

/** Spans are sent after half a second instead of five, so that the demo need not wait. */
const EXPORT_DELAY_MS = 500;

/** A service of the shop, listening. */
export interface Service {
  readonly url: string;
  readonly program: RunningProgram;
}

/** What a service is told through its environment. */
export type ServiceSettings = Readonly<Record<string, string>>;

/** Starts `services/<name>.ts` with tracing and waits until it listens. */
export async function startTracedService(
  stage: Stage,
  name: string,
  { otlp, settings }: { readonly otlp: Otlp; readonly settings: ServiceSettings },
): Promise<Service> {
  return await startListening(stage, name, {
    // The first is for this repository alone: it takes our packages as they are written.
    flags: ["--conditions=@spoor/source", "--import", TELEMETRY],
    settings: {
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_PROTOCOL: otlp.protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.endpoint,
      // The story shows what the services say themselves.
      SPOOR_QUIET: "1",
      OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS),
      ...settings,
    },
  });
}

/** Starts `services/<name>.ts` as it is, without any tracing, and waits until it listens. */
export async function startUntracedService(stage: Stage, name: string): Promise<Service> {
  return await startListening(stage, name, { flags: [], settings: {} });
}

/** Starts `services/<name>.ts` as it is, without any tracing; a job that listens nowhere. */
export function startJob(stage: Stage, name: string, settings: ServiceSettings): RunningProgram {
  return startNode(stage, name, { flags: [], settings });
}

interface NodeOptions {
  readonly flags: readonly string[];
  readonly settings: ServiceSettings;
}

async function startListening(stage: Stage, name: string, options: NodeOptions): Promise<Service> {
  const program = startNode(stage, name, options);
  const message = await program.waitUntil((signal) => program.message(signal));
  // Our own services report { port } once they listen; see services/http-service.ts.
  const { port } = message as { port: number };
  return { url: `http://127.0.0.1:${port}`, program };
}

function startNode(stage: Stage, name: string, { flags, settings }: NodeOptions): RunningProgram {
  return startProgram(stage, {
    name,
    command: process.execPath,
    // As somebody would start it: whoever is told of the process reads its command line.
    args: [...flags, `${name}.ts`],
    workingDirectory: SERVICES,
    env: { ...process.env, ...settings },
    hasChannel: true,
  });
}
