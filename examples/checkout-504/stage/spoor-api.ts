/* What the demo asks Spoor: whether it is ready, and which spans of a trace have arrived. */
import { setTimeout as delay } from "node:timers/promises";

/** How long the spans of a finished request may take to arrive. */
const ARRIVAL_MS_MAX = 15_000;

/** Where Spoor receives spans. */
export interface OtlpPorts {
  readonly grpcPort: number;
  readonly httpPort: number;
}

/** A span, as far as the demo looks at it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly durationMs: number;
  readonly isError: boolean;
}

/** The ports of the Spoor at `url`, or undefined while none is ready there. */
export async function statusOf(url: string, signal: AbortSignal): Promise<OtlpPorts | undefined> {
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

/** Waits until all of `names` have arrived in the trace, and returns its spans. */
export async function spansOf(
  apiUrl: string,
  { traceId, names }: { readonly traceId: string; readonly names: readonly string[] },
): Promise<ReceivedSpan[]> {
  const deadlineMs = performance.now() + ARRIVAL_MS_MAX;
  for (;;) {
    const spans = await readSpans(`${apiUrl}/api/v1/traces/${traceId}`);
    const missing = names.filter((name) => !spans.some((span) => span.name.startsWith(name)));
    if (missing.length === 0) return spans;
    if (performance.now() > deadlineMs) {
      throw new Error(`trace ${traceId} did not arrive whole; missing: ${missing.join(", ")}`);
    }
    await delay(100);
  }
}

async function readSpans(url: string): Promise<ReceivedSpan[]> {
  const response = await fetch(url);
  // Not there, or on its way into the store of a machine that has much to do.
  if (response.status === 404 || response.status === 503) return [];
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
