/*
 * Puts the server together: starts its rooms in order, stops them in the reverse order.
 */
import type { Server } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { openEmbeddedStore, openMemoryStore, type TraceStore } from "@spoor/store";
import { type Clock, type ListenerStatus, type StatusAnswer, systemClock } from "@spoor/trace";
import { Hono } from "hono";
import { answerAsset } from "./api/assets.ts";
import { guardHost, isLoopback } from "./api/host-guard.ts";
import { createNativeApi, type NativeApiParts } from "./api/native-api.ts";
import { MEMORY_STORE_SPANS_MAX } from "./base/limits.ts";
import { SpanGatherer } from "./gather/span-gatherer.ts";
import { Admission } from "./ingest/admission.ts";
import { Intake } from "./ingest/intake.ts";
import { type Receivers, startReceivers } from "./ingest/receivers.ts";
import { TraceStream } from "./live/trace-stream.ts";
import { listen } from "./ports/listen.ts";
import { storeEventText } from "./self/store-event-text.ts";
import { SelfReport } from "./self/self-report.ts";

/** How to start a server. */
export interface ServerOptions {
  readonly host: string;
  /** Ports; 0 takes any free one. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly uiPort: number;
  /** Where the embedded ClickHouse keeps its data; made when it is not there. */
  readonly dataPath: string;
  /** Keeps spans in memory only, and loses them with the process. */
  readonly useMemoryStore: boolean;
  /** The folder of the page's built files. */
  readonly uiFilesPath: string;
  readonly version: string;
  readonly clock?: Clock;
  /** Gets a line for each problem that no client is told of. */
  readonly onProblem: (message: string) => void;
}

/** A server that accepts spans and questions. */
export interface RunningServer {
  readonly listeners: readonly ListenerStatus[];
  readonly storePath: string;
  /**
   * Takes no new requests, stores and acknowledges those in flight, closes the store. A second
   * call waits for the first.
   */
  close(): Promise<void>;
}

/**
 * Opens the store, then starts receiving and answering.
 *
 * @throws SPOOR_SERVER_PORT_TAKEN, SPOOR_SERVER_LISTEN, and what the store throws when it cannot
 * be opened. Nothing stays open then.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { onProblem, clock = systemClock } = options;
  const self = new SelfReport(clock);
  const store = await openStore(options, { self, clock });
  const stream = new TraceStream(store, onProblem);
  const gatherer = new SpanGatherer({ store, onStored: (batch) => stream.changed(batch) });
  const intake = new Intake({ gatherer, self, admission: new Admission() });
  const listeners: ListenerStatus[] = [];
  const status = (): StatusAnswer => ({
    version: options.version,
    ...self.status(),
    listeners,
    store: { driver: store.driver, path: store.path, ready: store.isReady },
  });
  const api = createApiServer(options, { store, stream, status, clock });
  let receivers: Receivers | undefined;
  const close = async (): Promise<void> => {
    await receivers?.close(gatherer);
    stream.close();
    await closeApi(api);
    await store.close();
  };
  try {
    receivers = await startReceivers({ ...options, intake });
    listeners.push(...receivers.listeners);
    const ui = {
      host: options.host,
      port: options.uiPort,
      name: "the UI and API",
      flag: "--ui-port",
    };
    listeners.push({ name: "UI and API", host: options.host, port: await listen(api, ui) });
  } catch (error) {
    await close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return { listeners, storePath: store.path, close: () => (closing ??= close()) };
}

function openStore(
  { useMemoryStore, dataPath, onProblem }: ServerOptions,
  { self, clock }: { readonly self: SelfReport; readonly clock: Clock },
): Promise<TraceStore> | TraceStore {
  if (useMemoryStore) {
    return openMemoryStore({ spanLimit: MEMORY_STORE_SPANS_MAX, ledger: self.ledger });
  }
  return openEmbeddedStore({
    dataPath,
    clock,
    onEvent: (event) => {
      const text = storeEventText(event);
      if (text !== undefined) onProblem(text);
    },
  });
}

function createApiServer(options: ServerOptions, parts: Omit<NativeApiParts, "onProblem">): Server {
  const app = new Hono();
  if (isLoopback(options.host)) app.use(guardHost());
  const { store } = parts;
  app.route("/api/v1", createNativeApi({ ...parts, onProblem: options.onProblem }));
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", (context) =>
    store.isReady ? context.text("ready\n") : context.text("the store does not answer\n", 503),
  );
  app.get("*", (context) => answerAsset(context, options.uiFilesPath));
  return createAdaptorServer({ fetch: app.fetch });
}

/** Open pages hold their streams for ever, so connections are cut instead of waited for. */
async function closeApi(api: Server): Promise<void> {
  if (!api.listening) return;
  const closed = Promise.withResolvers<void>();
  api.close(() => closed.resolve());
  if ("closeAllConnections" in api && typeof api.closeAllConnections === "function") {
    api.closeAllConnections();
  }
  await closed.promise;
}
