/*
 * From settings to a transport. Where no address is given, whoever listens on this machine is found
 * by trying: gRPC on 4317, then HTTP on 4318. The look begins with the first request, so the start
 * of the application waits for nothing, and it begins anew when the receiver has gone.
 */
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "../context/linked-context.ts";
import { connect as connectSocket } from "node:net";
import { type Clock, deferred } from "@spoor/trace/basics";
import { PROBE_MS_MAX } from "../base/export-limits.ts";
import type { Endpoint, ExportSettings } from "../settings/export-settings.ts";
import { defaultEndpoint } from "../settings/endpoint.ts";
import type { ExportRequest, Outcome, Transport } from "./transport.ts";
import type { TransportOptions } from "./transport-options.ts";

/** What {@link LazyTransport} needs besides the settings. */
export interface ConnectOptions {
  readonly settings: ExportSettings;
  readonly clock: Clock;
  readonly userAgent: string;
}

/**
 * A transport to `endpoint`; loads only the protocol that it speaks. What it does is not traced:
 * a span for each request that carries spans would never end.
 */
async function openTransport(
  endpoint: Endpoint,
  { settings, clock, userAgent }: ConnectOptions,
): Promise<Transport> {
  const { headers, certificates, attemptMsMax } = settings;
  const options: TransportOptions = { endpoint, headers, certificates, attemptMsMax, userAgent };
  if (endpoint.protocol === "grpc") {
    const { GrpcTransport } = await import("./grpc-transport.ts");
    return untraced(new GrpcTransport(options));
  }
  const { HttpTransport } = await import("./http-transport.ts");
  return untraced(new HttpTransport(options, clock));
}

function untraced(transport: Transport): Transport {
  // Of the root context: a connection outlives the request in which it happens to be opened.
  const quiet = suppressTracing(ROOT_CONTEXT);
  return {
    name: transport.name,
    send: (request) => context.with(quiet, () => transport.send(request)),
    close: () => transport.close(),
  };
}

/** The first of the default addresses at which something listens. */
export async function findReceiver(): Promise<Endpoint | undefined> {
  for (const endpoint of [defaultEndpoint("grpc"), defaultEndpoint("http/protobuf")]) {
    if (await isListening(endpoint)) return endpoint;
  }
  return undefined;
}

/** Whether a connection to the address can be made. */
export function isListening({ host, port }: Pick<Endpoint, "host" | "port">): Promise<boolean> {
  const { promise, resolve } = deferred<boolean>();
  const socket = connectSocket({ host, port }).unref();
  socket.setTimeout(PROBE_MS_MAX);
  for (const [event, isOpen] of [
    ["connect", true],
    ["error", false],
    ["timeout", false],
  ] as const) {
    socket.once(event, () => {
      resolve(isOpen);
      socket.destroy();
    });
  }
  // Destroying may emit an error after the first.
  socket.on("error", () => undefined);
  return promise;
}

/** A transport that opens on first use, and, without an address, looks for a receiver. */
export class LazyTransport implements Transport {
  readonly #options: ConnectOptions;
  #opening: Promise<Transport | undefined> | undefined;
  #name: string;
  #isClosed = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    const { endpoint } = options.settings;
    this.#name =
      endpoint === undefined
        ? "localhost:4317 or :4318"
        : `${endpoint.host}:${endpoint.port} (${endpoint.protocol})`;
  }

  get name(): string {
    return this.#name;
  }

  async send(request: ExportRequest): Promise<Outcome> {
    this.#opening ??= this.#open();
    const opening = this.#opening;
    const transport = await opening;
    if (transport === undefined) {
      if (this.#opening === opening) this.#opening = undefined;
      return {
        kind: "retry",
        reason: "nothing listens at localhost:4317 or :4318",
        isAbsent: true,
      };
    }
    if (this.#isClosed) return { kind: "retry", reason: "the exporter is closed" };
    const outcome = await transport.send(request);
    const isGone = outcome.kind === "retry" && outcome.isAbsent === true;
    if (isGone && this.#options.settings.endpoint === undefined && this.#opening === opening) {
      this.#opening = undefined;
      transport.close();
    }
    return outcome;
  }

  close(): void {
    this.#isClosed = true;
    void this.#opening?.then((transport) => transport?.close());
  }

  async #open(): Promise<Transport | undefined> {
    const endpoint = this.#options.settings.endpoint ?? (await findReceiver());
    if (endpoint === undefined) return undefined;
    const transport = await openTransport(endpoint, this.#options);
    this.#name = transport.name;
    return transport;
  }
}
