/*
 * The way of finished spans, and of what is said about them, out of the process.
 */
import { type Clock, deferred, type LossEntry, LossLedger, systemClock } from "@spoor/trace/basics";
import type { Resource } from "@spoor/trace";
import { giveChunkBuffer } from "../base/chunk-buffers.ts";
import type { SenderEvent } from "../base/sender-event.ts";
import { userAgent } from "../base/version.ts";
import type { SpanChunk, SpanSink, SpanSource } from "../base/span-sink.ts";
import type { ExportSettings } from "../settings/export-settings.ts";
import { CompressionPolicy, isLoopbackHost } from "./compress-body.ts";
import { findReceiver, isListening, LazyTransport } from "./connect.ts";
import { ConsoleTransport } from "./console-transport.ts";
import type { QueuedChunk } from "./chunk-queue.ts";
import { Delivery, type DeliveryOptions } from "./delivery.ts";
import { DiskWay } from "./disk-way.ts";
import type { ExportObserver } from "./export-observer.ts";
import { Pauses } from "./pauses.ts";
import { type ExportCounts, Pipeline } from "./pipeline.ts";
import type { RequestAssembler } from "./request-body.ts";
import type { Outcome, Signal, Transport } from "./transport.ts";

const SIGNALS: readonly Signal[] = ["traces", "logs"];

/** What an exporter needs. */
export interface SpanExporterOptions {
  readonly settings: ExportSettings;
  /** How log records and events are sent; undefined: like spans, on the same connection. */
  readonly logsSettings?: ExportSettings | undefined;
  readonly resource: Resource;
  readonly observer: ExportObserver;
  readonly clock?: Clock;
  /** Spreads retries; 0 to 1. */
  readonly random?: () => number;
  /** Where it goes: over the network unless told otherwise; `none` takes spans and drops them. */
  readonly output?: "otlp" | "console" | "none";
  /** Called when spans or log records were lost. */
  readonly onLoss?: () => void;
}

/**
 * Sends finished spans, log records and events over OTLP.
 *
 * Bounded in memory and in what it does to the process: it never throws into the application, and
 * nothing in it keeps the process alive except a flush that somebody waits for.
 */
export class SpanExporter implements SpanSink {
  readonly #options: SpanExporterOptions;
  readonly #transport: Transport;
  readonly #logsTransport: Transport;
  readonly #pauses = new Pauses();
  readonly #ledger = new LossLedger();
  readonly #logLedger = new LossLedger();
  readonly #disk: DiskWay | undefined;
  readonly #spans: Pipeline;
  readonly #logs: Pipeline;
  #source: SpanSource | undefined;
  #assembler: Promise<RequestAssembler> | undefined;
  /** The same once it is there, for the end of the process. */
  #loadedAssembler: RequestAssembler | undefined;
  #state: "unknown" | "working" | "failing" = "unknown";
  #lostAtFailure = 0;
  #areLogsRefused = false;
  /** Log records on their way into the queue. */
  #encoding: Promise<unknown> = Promise.resolve();
  #endings = 0;

  constructor(options: SpanExporterOptions) {
    const { settings, clock = systemClock } = options;
    this.#options = options;
    this.#transport =
      options.output === "console"
        ? new ConsoleTransport()
        : new LazyTransport({ settings, clock, userAgent: userAgent() });
    const { logsSettings } = options;
    this.#logsTransport =
      logsSettings === undefined || options.output === "console"
        ? this.#transport
        : new LazyTransport({ settings: logsSettings, clock, userAgent: userAgent() });
    this.#disk = this.#openDisk();
    const seal = (): void => this.#source?.seal();
    this.#spans = this.#pipeline({ signal: "traces", ledger: this.#ledger, seal });
    this.#logs = this.#pipeline({ signal: "logs", ledger: this.#logLedger, seal: () => undefined });
  }

  /** Where it is sent, for people. */
  get receiver(): string {
    return this.#transport.name;
  }

  /** Names the tracer that still holds spans which are not full chunks. */
  attach(source: SpanSource): void {
    this.#source = source;
  }

  accept(chunk: SpanChunk): void {
    if (this.#options.output === "none") giveChunkBuffer(chunk.bytes);
    else this.#spans.accept(chunk);
  }

  spansWaiting(): void {
    this.#spans.recordsWaiting();
  }

  /** Whether somebody listens where spans will be sent. Sends nothing. */
  async probe(): Promise<boolean> {
    const { endpoint } = this.#options.settings;
    return endpoint === undefined ? (await findReceiver()) !== undefined : isListening(endpoint);
  }

  /**
   * Queues log records and events. Those that do not fit are counted, like spans. With `isUrgent`
   * they go at once: somebody may be looking while a request hangs.
   */
  exportLogs(
    events: readonly SenderEvent[],
    { isUrgent = false }: { readonly isUrgent?: boolean } = {},
  ): void {
    if (events.length === 0) return;
    const { endpoint } = this.#settingsOf("logs");
    const hasNoPath = endpoint !== undefined && endpoint.logsPath === undefined;
    if (this.#areLogsRefused || hasNoPath) this.#logLedger.count("export_refused", events.length);
    else this.#encoding = Promise.all([this.#encoding, this.#encodeLogs(events, isUrgent)]);
  }

  /** What became of every span so far. */
  counts(): ExportCounts {
    return this.#withDisk("traces", this.#spans.counts());
  }

  /** What became of every log record and event so far. */
  logCounts(): ExportCounts {
    return this.#withDisk("logs", this.#logs.counts());
  }

  #withDisk(signal: Signal, counts: ExportCounts): ExportCounts {
    const disk = this.#disk;
    if (disk === undefined) return counts;
    const sent = counts.sent + disk.sentCount(signal);
    return { ...counts, sent, stored: disk.storedCount(signal) };
  }

  /** Why spans were lost so far. */
  losses(): readonly LossEntry[] {
    return this.#ledger.entries();
  }

  /**
   * Sends what is there, on its way included, and waits for the answers, at most `deadlineMs`.
   * Keeps the process alive meanwhile. Returns the counts since the start of the process.
   *
   * With `isLast` nothing comes after it: where nobody listens at all, one more try is enough.
   */
  async flush(
    deadlineMs: number,
    { isLast = false }: { readonly isLast?: boolean } = {},
  ): Promise<ExportCounts> {
    const { promise: deadline, resolve } = deferred<void>();
    // Referenced, on purpose: this is what somebody waits for.
    const timer = setTimeout(resolve, deadlineMs);
    if (isLast) this.#endings += 1;
    try {
      await this.#spans.flush(deadline);
      await this.#encoding;
      await this.#logs.flush(deadline);
      const stored = SIGNALS.map(async (signal) => this.#disk?.drain(signal));
      await Promise.race([Promise.all(stored), deadline]);
    } finally {
      if (isLast) this.#endings -= 1;
      clearTimeout(timer);
    }
    return this.counts();
  }

  /** Flushes, then counts what is left as lost and closes every connection. */
  async shutdown(deadlineMs: number): Promise<ExportCounts> {
    await this.flush(deadlineMs, { isLast: true });
    this.close();
    // Deliveries that were cancelled settle in the next turn of the event loop.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return this.counts();
  }

  /** Ends everything at once; what is left is stored on disk, or counted as lost. */
  close(): void {
    this.#spans.close();
    this.#logs.close();
    this.#disk?.close();
    this.#transport.close();
    this.#logsTransport.close();
  }

  #pipeline(parts: {
    readonly signal: Signal;
    readonly ledger: LossLedger;
    readonly seal: () => void;
  }): Pipeline {
    const { signal, ledger, seal } = parts;
    const { observer } = this.#options;
    const isLogs = signal === "logs";
    const settings = this.#settingsOf(signal);
    const host = settings.endpoint?.host ?? "localhost";
    const shared: DeliveryOptions = {
      signal,
      transport: isLogs ? this.#logsTransport : this.#transport,
      assembler: () => (this.#assembler ??= this.#loadAssembler()),
      compression: new CompressionPolicy(settings.compression),
      isLoopback: isLoopbackHost(host),
      retryBudgetMs: settings.retryBudgetMs,
      pauses: this.#pauses,
      clock: this.#options.clock ?? systemClock,
      random: this.#options.random ?? Math.random,
      isEnding: () => this.#endings > 0,
      disk: this.#disk,
      onOutcome: (outcome, recordCount) => {
        this.#note(signal, outcome, recordCount);
      },
    };
    this.#disk?.add(shared);
    return new Pipeline({
      settings,
      ledger,
      pauses: this.#pauses,
      observer,
      onLoss: () => this.#options.onLoss?.(),
      seal,
      storeNow: (chunks) => this.#storeNow(signal, chunks),
      createDelivery: (chunks) => new Delivery(chunks, shared),
    });
  }

  #settingsOf(signal: Signal): ExportSettings {
    const { settings, logsSettings } = this.#options;
    return signal === "logs" ? (logsSettings ?? settings) : settings;
  }

  /** Loaded when there is something to send: the start of an application should not pay for it. */
  async #loadAssembler(): Promise<RequestAssembler> {
    const module = await import("./request-body.ts");
    this.#loadedAssembler = new module.RequestAssembler(this.#options.resource);
    return this.#loadedAssembler;
  }

  #openDisk(): DiskWay | undefined {
    const { settings, observer, output, clock = systemClock, random = Math.random } = this.#options;
    const { queueFolder: folder, queueFolderBytesMax: bytesMax } = settings;
    if (folder === undefined || output === "console" || output === "none") return undefined;
    // Needed at the end of the process, when nothing can be loaded any more.
    this.#assembler ??= this.#loadAssembler();
    return new DiskWay({
      folder,
      bytesMax,
      clock,
      random,
      observer,
      pauses: this.#pauses,
      ledger: (signal) => (signal === "logs" ? this.#logLedger : this.#ledger),
      onOutcome: (signal, outcome, recordCount) => {
        this.#note(signal, outcome, recordCount);
      },
      onLoss: () => this.#options.onLoss?.(),
    });
  }

  #storeNow(signal: Signal, chunks: readonly QueuedChunk[]): boolean {
    const assembler = this.#loadedAssembler;
    if (this.#disk === undefined || assembler === undefined) return false;
    const recordCount = chunks.reduce((sum, { chunk }) => sum + chunk.spanCount, 0);
    const body = assembler.assemble(chunks.map(({ chunk }) => chunk));
    return this.#disk.storeNow({ signal, recordCount, ...body });
  }

  async #encodeLogs(events: readonly SenderEvent[], isUrgent: boolean): Promise<void> {
    const { encodeLogChunks } = await import("./log-chunks.ts");
    for (const chunk of encodeLogChunks(events)) this.#logs.accept(chunk);
    if (isUrgent) this.#logs.force();
  }

  #note(signal: Signal, outcome: Outcome, recordCount: number): void {
    if (signal === "logs") {
      const isRefused = outcome.kind === "refused" && outcome.isUnknownService === true;
      if (isRefused) this.#refuseLogs(outcome.reason);
      return;
    }
    const { observer } = this.#options;
    const receiver = this.#transport.name;
    if (outcome.kind === "sent") {
      if (this.#state === "unknown") observer.working(receiver);
      if (this.#state === "failing") observer.recovered(receiver, this.#lostSinceFailure());
      this.#state = "working";
      // What waits for its next try need not wait any longer.
      this.#pauses.wakeAll();
      this.#noteWarning(receiver, outcome, recordCount);
    } else if (this.#state !== "failing" && !isPassing(outcome)) {
      this.#state = "failing";
      this.#lostAtFailure = this.#lostTotal();
      const isAbsent = outcome.kind === "retry" && outcome.isAbsent === true;
      observer.failing(receiver, outcome.reason, isAbsent);
    }
  }

  #noteWarning(
    receiver: string,
    outcome: Extract<Outcome, { kind: "sent" }>,
    recordCount: number,
  ): void {
    const { warning, rejectedCount } = outcome;
    if (rejectedCount > 0) {
      const text = `${receiver} left out ${rejectedCount} of ${recordCount} spans: ${warning}`;
      this.#options.observer.warn("rejected", text);
    } else if (warning !== "") {
      this.#options.observer.warn("answer", `${receiver} took spans but warns: ${warning}`);
    }
  }

  #refuseLogs(reason: string): void {
    this.#areLogsRefused = true;
    const text = `${this.#logsTransport.name} takes no log records: ${reason}`;
    this.#options.observer.warn("logs", text);
  }

  #lostSinceFailure(): number {
    return this.#lostTotal() - this.#lostAtFailure;
  }

  #lostTotal(): number {
    return this.#ledger.entries().reduce((sum, { count }) => sum + count, 0);
  }
}

/** A kept connection that was closed, or an encoding that is not read: the next try mends it. */
function isPassing(outcome: Outcome): boolean {
  return outcome.kind === "unreadable" || (outcome.kind === "retry" && outcome.afterMs === 0);
}
