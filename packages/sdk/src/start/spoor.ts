/*
 * Start and end of the SDK. Start order: settings, resource, exporter, tracer, registration,
 * instrumentations, exit hooks, the line on stderr. The end goes backwards.
 */
import { trace } from "@opentelemetry/api";
import { systemClock } from "@spoor/trace/basics";
import { FLUSH_MS_MAX_DEFAULT } from "../base/export-limits.ts";
import { processStartUnixNano } from "../base/process-start.ts";
import { SpoorContextManager } from "../context/context-manager.ts";
import type { ExportCounts } from "../export/pipeline.ts";
import { SpanExporter } from "../export/span-exporter.ts";
import { LossReports } from "../report/loss-reports.ts";
import { type DetectedResource, detectResource } from "../resource/detect-resource.ts";
import { readSettings } from "../settings/read-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { noteStarted } from "../tracer/never-started.ts";
import { SpoorTracerProvider } from "../tracer/tracer-provider.ts";
import { Announcer, spans } from "./announcer.ts";
import { createPropagator } from "./create-propagator.ts";
import { createSampler, samplerText } from "./create-sampler.ts";
import { installExitHooks } from "./exit-hooks.ts";
import type { FlushOptions, SpoorHandle } from "./handle.ts";
import { readableResource } from "./readable-resource.ts";
import { register, unregister } from "./register.ts";
import type { SpoorOptions } from "./spoor-options.ts";
import { type HookedLibraries, startLine } from "./start-line.ts";

/** What other parts of the SDK add to a start. */
export interface StartParts {
  /** Hooks libraries; what it returns is said in the line at the start. */
  readonly instrument?: (instrumented: Instrumented) => HookedLibraries;
  readonly stopInstrumentations?: () => Promise<void>;
  /** Tells of every span that is open: the process ends, or may. */
  readonly tellOpenSpans?: () => Promise<void>;
}

/** What instrumentations work with. */
export interface Instrumented {
  readonly settings: Settings;
  readonly provider: SpoorTracerProvider;
  readonly exporter: SpanExporter;
  readonly announcer: Announcer;
  readonly service: string;
  readonly resource: DetectedResource["resource"];
}

const NO_COUNTS: ExportCounts = { sent: 0, lost: [], waiting: 0 };

let running: SpoorSdk | undefined;

/** Starts the SDK. Never throws: an application without traces is better than none. */
export function start(options: SpoorOptions, parts: StartParts): SpoorHandle {
  noteStarted();
  if (running !== undefined) {
    running.announcer.problem("spoor was started twice; the first start holds");
    return running;
  }
  const announcer = new Announcer(options.quiet === true ? "silent" : "all");
  const warnings: string[] = [];
  try {
    const { sampler, ...others } = options;
    const given = sampler === undefined || typeof sampler === "object" ? {} : { sampler };
    const settings = readSettings({ ...others, ...given }, (text) => warnings.push(text));
    announcer.verbosity = settings.verbosity;
    for (const warning of warnings) announcer.problem(warning);
    if (settings.isDisabled) return disabledHandle(settings, announcer);
    const sdk = new SpoorSdk({ settings, options, announcer, parts });
    running = sdk;
    return sdk;
  } catch (error) {
    announcer.problem(`tracing did not start: ${String(error)}`);
    return idleHandle();
  }
}

/** Passes context on, as the specification wants it, and traces nothing. */
function disabledHandle(settings: Settings, announcer: Announcer): SpoorHandle {
  const contextManager = new SpoorContextManager();
  const propagator = createPropagator(settings.propagators);
  for (const problem of register({ contextManager, propagator })) announcer.problem(problem);
  announcer.start("tracing is off (OTEL_SDK_DISABLED)", { isAnswering: true });
  return idleHandle();
}

function idleHandle(): SpoorHandle {
  return {
    isTracing: false,
    getTracer: (name, version) => trace.getTracer(name, version),
    flush: () => Promise.resolve(NO_COUNTS),
    shutdown: () => Promise.resolve(NO_COUNTS),
    counts: () => NO_COUNTS,
  };
}

interface SdkOptions {
  readonly settings: Settings;
  readonly options: SpoorOptions;
  readonly announcer: Announcer;
  readonly parts: StartParts;
}

/** One running SDK. */
class SpoorSdk implements SpoorHandle {
  readonly isTracing: boolean;
  readonly announcer: Announcer;
  readonly #settings: Settings;
  readonly #parts: StartParts;
  readonly #exporter: SpanExporter;
  readonly #provider: SpoorTracerProvider;
  readonly #reports: LossReports;
  readonly #removeExitHooks: () => void;
  #shutdown: Promise<ExportCounts> | undefined;

  constructor({ settings, options, announcer, parts }: SdkOptions) {
    this.announcer = announcer;
    this.#settings = settings;
    this.#parts = parts;
    const detected = detectResource(settings.resource, options.environment ?? process.env);
    this.#exporter = new SpanExporter({
      settings: settings.export,
      logsSettings: settings.logsExport,
      resource: detected.resource,
      observer: announcer,
      output: settings.exporter,
      onLoss: () => {
        if (settings.isReporting) this.#reports.note();
      },
    });
    const contextManager = new SpoorContextManager();
    this.#provider = new SpoorTracerProvider({
      sink: this.#exporter,
      sampler:
        typeof options.sampler === "object" ? options.sampler : createSampler(settings.sampler),
      limits: settings.limits,
      // A chunk is sent whole, so it must not hold more than a request may.
      chunkSpanCountMax: settings.export.batchSpanCount,
      contextManager,
      processors: options.processors ?? [],
      resource: readableResource(detected.resource),
      onError: (error) => {
        announcer.warn("tracer", `tracing failed inside: ${String(error)}`);
      },
      flushSink: (deadlineMs) => this.#exporter.flush(deadlineMs),
    });
    this.#exporter.attach(this.#provider);
    this.#reports = this.#lossReports(detected.serviceName);
    const propagator = createPropagator(settings.propagators);
    const problems = register({ provider: this.#provider, contextManager, propagator });
    for (const problem of problems) announcer.problem(problem);
    this.isTracing = problems.length === 0;
    const hooked = this.#instrument(detected);
    this.#removeExitHooks = installExitHooks({
      isWaiting: () => this.#isWaiting(),
      flush: async (deadlineMs) => {
        await this.#parts.tellOpenSpans?.();
        return await this.#flush(deadlineMs, { isLast: true });
      },
      hasOpenSpans: () => this.#provider.openSpanCount > 0,
      shutdown: (deadlineMs) => this.shutdown({ deadlineMs }),
      abandon: (how) => {
        this.#abandon(how);
      },
    });
    const sampler =
      typeof options.sampler === "object"
        ? `sampler ${options.sampler.toString()}`
        : samplerText(settings.sampler);
    this.#announceStart({ detected, hooked, sampler });
  }

  getTracer(name: string, version?: string): ReturnType<SpoorTracerProvider["getTracer"]> {
    return this.#provider.getTracer(name, version);
  }

  counts(): ExportCounts {
    return this.#exporter.counts();
  }

  flush({ deadlineMs = FLUSH_MS_MAX_DEFAULT }: FlushOptions = {}): Promise<ExportCounts> {
    return this.#flush(deadlineMs, { isLast: false });
  }

  shutdown({ deadlineMs = FLUSH_MS_MAX_DEFAULT }: FlushOptions = {}): Promise<ExportCounts> {
    this.#shutdown ??= this.#end(deadlineMs);
    return this.#shutdown;
  }

  async #flush(deadlineMs: number, how: { readonly isLast: boolean }): Promise<ExportCounts> {
    const startMs = systemClock.monotonicMs();
    const counts = await this.#exporter.flush(deadlineMs, how);
    // Also what this flush has lost.
    if (!this.#settings.isReporting || !(await this.#reports.sendNow())) return counts;
    const restMs = startMs + deadlineMs - systemClock.monotonicMs();
    return this.#exporter.flush(Math.max(0, restMs), how);
  }

  async #end(deadlineMs: number): Promise<ExportCounts> {
    const startMs = systemClock.monotonicMs();
    await this.#parts.tellOpenSpans?.();
    await this.#parts.stopInstrumentations?.();
    this.#provider.seal();
    await this.#flush(deadlineMs, { isLast: true });
    this.#reports.stop();
    const restMs = startMs + deadlineMs - systemClock.monotonicMs();
    const counts = await this.#exporter.shutdown(Math.max(0, restMs));
    this.#removeExitHooks();
    if (this.isTracing) unregister();
    if (running === this) running = undefined;
    this.#tellLoss(counts);
    return counts;
  }

  #instrument({ serviceName: service, resource }: DetectedResource): HookedLibraries | undefined {
    if (!this.isTracing) return undefined;
    const { announcer } = this;
    try {
      return this.#parts.instrument?.({
        settings: this.#settings,
        provider: this.#provider,
        exporter: this.#exporter,
        announcer,
        service,
        resource,
      });
    } catch (error) {
      announcer.problem(`libraries are not instrumented: ${String(error)}`);
      return undefined;
    }
  }

  #lossReports(serviceName: string): LossReports {
    return new LossReports({
      serviceName,
      processStartUnixNano: processStartUnixNano(),
      clock: systemClock,
      losses: () => [...this.#exporter.losses(), ...this.#provider.counts.losses.entries()],
      send: (events) => {
        this.#exporter.exportLogs(events);
      },
    });
  }

  #isWaiting(): boolean {
    this.#provider.seal();
    return this.#exporter.counts().waiting > 0;
  }

  /** In `exit`: nothing more will be sent. */
  #abandon({ wasFlushed }: { readonly wasFlushed: boolean }): void {
    this.#provider.seal();
    const before = this.#exporter.counts();
    this.#exporter.close();
    const after = this.#exporter.counts();
    const lostCount = before.waiting - ((after.stored ?? 0) - (before.stored ?? 0));
    if (lostCount > 0 && wasFlushed) {
      const { receiver } = this.#exporter;
      this.announcer.problem(`${spans(lostCount)} lost: ${receiver} did not take them in time`);
      this.#tellStored(after);
    } else if (lostCount > 0) {
      this.announcer.problem(
        `${spans(lostCount)} lost: process.exit() leaves no time to send them; ` +
          "await shutdown() of the handle before it, or let the process end by itself",
      );
      this.#tellStored(after);
    } else this.#tellLoss(after);
  }

  #tellStored({ stored = 0 }: ExportCounts): void {
    if (stored === 0) return;
    const folder = this.#settings.export.queueFolder ?? "";
    this.announcer.problem(`${spans(stored)} in ${folder}, for the next process to send`);
  }

  #tellLoss(counts: ExportCounts): void {
    this.#tellStored(counts);
    const { lost } = counts;
    const count = lost.reduce((sum, entry) => sum + entry.count, 0);
    if (count === 0) return;
    const reasons = lost.map((entry) => `${entry.reason} ${entry.count}`).join(", ");
    this.announcer.problem(`${spans(count)} lost (${reasons})`);
  }

  #announceStart(facts: {
    readonly detected: DetectedResource;
    readonly hooked: HookedLibraries | undefined;
    readonly sampler: string;
  }): void {
    const settings = this.#settings;
    const tell = (isAnswering: boolean | undefined): void => {
      const receiver = this.#exporter.receiver;
      const line = startLine({ ...facts, settings, receiver, isAnswering });
      if (isAnswering === false) this.announcer.onAbsent?.(receiver, "at the start");
      this.announcer.start(line, { isAnswering: isAnswering !== false });
    };
    if (!this.isTracing || settings.verbosity !== "all") return;
    if (settings.exporter !== "otlp") tell(undefined);
    else void this.#exporter.probe().then(tell);
  }
}
