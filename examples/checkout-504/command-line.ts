import { parseArgs } from "node:util";

export const USAGE = `A shop of three services, and the day on which checkout answered 504.

  npm run demo                             send some checkouts, print the tree of one
  npm run demo -- --incident lock          a background job holds a row lock: the 504
  npm run demo -- --incident lock --timeout 5s

  --incident lock   tell the incident instead of a good day
  --timeout TIME    how long the gateway waits for a checkout: 5s, 1500ms (default 30s)
  --keep            keep everything running until Ctrl-C
  --help            print this text

Traces go to the Spoor at SPOOR_URL or on port 4319, or else to one that the demo starts.
OTEL_EXPORTER_OTLP_PROTOCOL (grpc, http/protobuf, http/json), OTEL_TRACES_SAMPLER and
OTEL_TRACES_SAMPLER_ARG are passed on to the services.`;

const TIMEOUT_MS_DEFAULT = 30_000;
/** The largest delay of a timer in Node: 2^31 - 1 ms. */
const TIMEOUT_MS_MAX = 2_147_483_647;

/** What the demo was asked to do. */
export interface DemoOptions {
  readonly isHelp: boolean;
  readonly incident: "lock" | undefined;
  readonly timeoutMs: number;
  readonly isKept: boolean;
}

/** @throws Error with a message for the user. */
export function parseCommandLine(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      incident: { type: "string" },
      timeout: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { incident, timeout, keep: isKept, help: isHelp } = values;
  if (incident !== undefined && incident !== "lock") {
    throw new Error(`there is no incident "${incident}"; there is: lock`);
  }
  const timeoutMs = timeout === undefined ? TIMEOUT_MS_DEFAULT : parseTimeMs(timeout);
  return { isHelp, incident, timeoutMs, isKept };
}

function parseTimeMs(text: string): number {
  const [, digits, unit] = /^(\d+)(ms|s)$/.exec(text) ?? [];
  const timeMs = Number(digits) * (unit === "s" ? 1000 : 1);
  if (timeMs >= 1 && timeMs <= TIMEOUT_MS_MAX) return timeMs;
  throw new Error(`cannot read the timeout "${text}": write it like 5s or 1500ms`);
}
