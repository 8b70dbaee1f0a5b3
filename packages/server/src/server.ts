/*
 * Puts the server together: starts its rooms in order, stops them in the reverse order.
 */
import type { Server } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { RetentionPolicy } from "@spoor/store";
import {
  type Clock,
  type ListenerStatus,
  type LossAnswer,
  type StatusAnswer,
  systemClock,
} from "@spoor/trace";
import { Hono } from "hono";
import { answerAsset } from "./api/assets.ts";
import { guardHost, isLoopback } from "./api/host-guard.ts";
import { createNativeApi, type NativeApiParts } from "./api/native-api.ts";
import { answerMetrics } from "./api/prometheus-text.ts";
import { answerUnreadable } from "./api/unreadable.ts";
import { API_HEAD_BYTES_MAX } from "./base/limits.ts";
import { Admission } from "./ingest/admission.ts";
import { Reception } from "./ingest/reception.ts";
import type { Intake } from "./intake/intake.ts";
import { type ClickHouseAddress, openStore, type OpenStoreOptions } from "./intake/open-store.ts";
import type { RetentionTimer } from "./intake/retention-timer.ts";
import { type Receivers, startReceivers } from "./ingest/receivers.ts";
import { LargeTraces } from "./live/large-traces.ts";
import { Live } from "./live/live.ts";
import { TraceStream } from "./live/trace-stream.ts";
import { listen } from "./ports/listen.ts";
import type { SyncMode } from "./spool/segment-writer.ts";
import { SelfReport } from "./self/self-report.ts";

/** How to start a server. */
export interface ServerOptions {
  readonly host: string;
  /** Ports; 0 takes any free one. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly uiPort: number;
  /** Where the embedded ClickHouse keeps its data, and the spool; made when it is not there. */
  readonly dataPath: string;
  /** Keeps spans in memory only, and loses them with the process. */
  readonly useMemoryStore: boolean;
  /** A ClickHouse of your own in the place of the embedded one. */
  readonly clickhouse?: ClickHouseAddress | undefined;
  /** What to delete of what is old; without it everything is kept. */
  readonly retention?: RetentionPolicy | undefined;
  /** When a request counts as kept, see SyncMode. */
  readonly syncMode?: SyncMode;
  /** What a request may hold; without it the usual limits. */
  readonly decodeLimits?: OpenStoreOptions["decodeLimits"];
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
  const {
    store,
    startIntake,
    startRetention,
    close: closeStore,
  } = await openStore({ syncMode: "fsync", ...options }, { self, clock });
  const stream = new TraceStream(store, onProblem);
  const largeTraces = new LargeTraces({ store, onProblem });
  const live = new Live({ clock, ledger: self.ledger, store });
  const listeners: ListenerStatus[] = [];
  const status = (): StatusAnswer => ({
    version: options.version,
    ...self.status(),
    listeners,
    store: { driver: store.driver, path: store.path, ready: store.isReady },
  });
  let intake: Intake | undefined;
  const freshen = async (): Promise<boolean> => (await intake?.freshen()) ?? false;
  const canKeep = async (): Promise<boolean> => (await intake?.isReady()) ?? false;
  const loss = (): LossAnswer => ({
    ...self.loss(intake?.backlog ?? { segmentCount: 0, bytes: 0 }),
    senderLosses: live.senderLosses(),
    largeTraceCount: largeTraces.count,
    largeTraces: largeTraces.newest,
  });
  const { version } = options;
  const parts = { store, stream, live, version, status, loss, clock, freshen, canKeep };
  const api = createApiServer(options, parts);
  let receivers: Receivers | undefined;
  let retention: RetentionTimer | undefined;
  const close = async (): Promise<void> => {
    await receivers?.close();
    await intake?.close();
    await retention?.close();
    await largeTraces.close();
    stream.close();
    live.close();
    await closeApi(api);
    await closeStore();
  };
  try {
    intake = await startIntake((traceIds, spanCount) => {
      stream.changed(traceIds);
      largeTraces.stored(traceIds, spanCount);
    });
    retention = startRetention();
    const reception = new Reception({ intake, self, live, admission: new Admission(), clock });
    receivers = await startReceivers({ ...options, reception });
    listeners.push(...receivers.listeners);
    const { host, uiPort: port } = options;
    const ui = { host, port, name: "the UI and API", flag: "--ui-port" };
    listeners.push({ name: "UI and API", host, port: await listen(api, ui) });
  } catch (error) {
    await close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return { listeners, storePath: store.path, close: () => (closing ??= close()) };
}

interface ApiParts extends Omit<NativeApiParts, "onProblem"> {
  /** Whether a request that came now could be kept. */
  readonly canKeep: () => Promise<boolean>;
}

function createApiServer(options: ServerOptions, parts: ApiParts): Server {
  const app = new Hono();
  if (isLoopback(options.host)) app.use(guardHost());
  const { store } = parts;
  app.route("/api/v1", createNativeApi({ ...parts, onProblem: options.onProblem }));
  app.get("/metrics", (context) => answerMetrics(context, parts));
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", async (context) => {
    if (!store.isReady) return context.text("the store does not answer\n", 503);
    if (!(await parts.canKeep())) return context.text("the disk takes no more requests\n", 503);
    return context.text("ready\n");
  });
  app.get("*", (context) => answerAsset(context, options.uiFilesPath));
  const serverOptions = { maxHeaderSize: API_HEAD_BYTES_MAX };
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions });
  server.on("clientError", answerUnreadable);
  return server;
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
