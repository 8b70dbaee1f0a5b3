/*
 * Everything that makes spans without the application's doing: our own instrumentations of HTTP and
 * fetch, and the official packages for the libraries that the application uses.
 *
 * An official package is loaded when its library is, unmodified; see load/module-watch.ts. It is
 * looked for from the application, then from this package. Nothing of it is needed for HTTP, fetch,
 * Express and Fastify.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TracerProvider } from "@opentelemetry/api";
import type { Clock } from "@spoor/trace";
import { sdkVersion } from "../base/version.ts";
import type { SenderEvent } from "../base/sender-event.ts";
import { checkApiCopy } from "../doctor/detect-silence.ts";
import type { Findings } from "../doctor/findings.ts";
import { connectionRegistry } from "./database/connection-registry.ts";
import {
  databaseHooks,
  type DatabaseHooks,
  type OfficialHooks,
} from "./database/database-hooks.ts";
import { canTraceHttpClients, traceHttpClients } from "./http/client-spans.ts";
import { noteFastifyRoutes } from "./http/fastify-routes.ts";
import { noteHonoRoutes } from "./http/hono-routes.ts";
import { traceFetch } from "./http/fetch-spans.ts";
import { koaSpanStarted } from "./http/koa-spans.ts";
import { noteMountPaths } from "./http/route.ts";
import { traceHttpServers } from "./http/server-spans.ts";
import {
  LIBRARIES,
  type Library,
  OFFICIAL_ALTERNATIVES,
  type OfficialPackage,
} from "./load/catalogue.ts";
import {
  applicationFolder,
  declaredPackages,
  isInstalled,
  modulePathFrom,
  resolveFrom,
} from "./load/find-package.ts";
import { loadedLibraries } from "./load/loaded-modules.ts";
import { canWatchModules, ModuleWatch } from "./load/module-watch.ts";
import { enableOfficial, hasNoEffect, isOfficialEnabled } from "./load/official.ts";
import { followConsole } from "./logs/console-lines.ts";
import { LogSender } from "./logs/log-sender.ts";
import { SpoorLoggerProvider } from "./logs/logger-provider.ts";
import { areWinstonLinesSent, patchWinston, sendWinstonLines } from "./logs/winston-lines.ts";
import { patchBullmq, traceBullmq } from "./queue/bullmq-telemetry.ts";
import type { InstrumentationSettings } from "./base/settings.ts";

/** What the instrumentations need of the rest of the SDK. */
export interface InstrumentationHost {
  readonly provider: TracerProvider;
  readonly clock: Clock;
  readonly findings: Findings;
  /** Takes log records; without it none are sent, whatever the settings say. */
  readonly exportLogs?: (events: readonly SenderEvent[]) => void;
}

/** What is traced, for the line at the start: names of the catalogue, `http` and `fetch`. */
export interface HookedLibraries {
  /** Traced, or traced as soon as they are loaded. */
  readonly hooked: readonly string[];
  /** Loaded before this SDK, so that their instrumentation comes too late. */
  readonly loadedTooEarly: readonly string[];
  /** Used by the application, with an instrumentation that is not installed. */
  readonly missing: readonly string[];
  /** The command that installs what is missing; empty when nothing is. */
  readonly installCommand: string;
}

const EARLY_REASON = "Start the application with: node --import @spoor/sdk/auto";

const LATER_REASON =
  `Node ${process.versions.node} tells nobody in time; name it in the dependencies of ` +
  "package.json, or take Node 22.15 or newer.";

/**
 * When an application has loaded what it needs: at once, or after it has connected somewhere, or
 * with its first requests. In ms.
 */
const LATER_MS = [0, 100, 1000, 10_000] as const;

let running: Instrumentations | undefined;

/** Starts all instrumentations that the settings allow. Those of an earlier start are stopped. */
export function startInstrumentations(
  settings: InstrumentationSettings,
  host: InstrumentationHost,
): HookedLibraries {
  stopInstrumentations();
  running = new Instrumentations(settings, host);
  return running.start();
}

/** Stops all instrumentations: no further span starts, open ones end as usual. */
export function stopInstrumentations(): void {
  running?.stop();
  running = undefined;
}

class Instrumentations {
  readonly #settings: InstrumentationSettings;
  readonly #host: InstrumentationHost;
  readonly #folder = applicationFolder();
  readonly #stops: (() => void)[] = [];
  readonly #missing = new Set<Library>();
  readonly #early = new Set<Library>();
  readonly #hooked = new Set<string>();
  readonly #database: DatabaseHooks;
  #loggerProvider: SpoorLoggerProvider | undefined;
  /** While libraries are loaded of which nobody knows yet whether they are used. */
  #isInAdvance = false;

  constructor(settings: InstrumentationSettings, host: InstrumentationHost) {
    this.#settings = settings;
    this.#host = host;
    this.#database = databaseHooks({
      clock: host.clock,
      isSanitised: settings.isSqlSanitised,
      tracer: (library) => this.#tracer(library),
      isOfficial: (library) => settings.official.includes(library),
      onFailure: this.#onFailure,
      registry: connectionRegistry,
    });
    this.#stops.push(() => this.#database.stop());
  }

  start(): HookedLibraries {
    this.#startHttp();
    this.#startFetch();
    this.#startFastify();
    this.#startLogs();
    traceBullmq(this.#isWanted("bullmq") ? this.#tracer("bullmq") : undefined);
    this.#stops.push(() => traceBullmq(undefined));
    const libraries = LIBRARIES.filter(({ name }) => this.#isWanted(name));
    const watch = new ModuleWatch({
      arm: (library) => this.#arm(library),
      loaded: (library, specifier, exports) => this.#loaded(library, specifier, exports),
      failed: (library, error) => this.#onFailure(library.name, error),
      apiLoaded: (url) => checkApiCopy(url, this.#host.findings),
    });
    const declared = this.#declared(libraries);
    this.#hookLoaded(watch, libraries, EARLY_REASON);
    for (const library of declared) {
      if (library.asksItself && this.#isTraceable(library)) watch.armNow(library);
    }
    if (canWatchModules()) watch.start();
    else {
      this.#loadInAdvance(watch, declared);
      this.#hookLater(watch, libraries);
    }
    this.#stops.push(() => watch.stop());
    return this.#summary(declared);
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #startHttp(): void {
    if (!this.#isWanted("http")) return;
    if (this.#startOfficial("http")) {
      // The official one waits for somebody to require these. Modules that import them see the
      // change only after the last line.
      const require = createRequire(import.meta.url);
      require("http");
      require("https");
      syncBuiltinESMExports();
      return;
    }
    const tracer = this.#tracer("http");
    this.#stops.push(traceHttpServers(tracer, this.#onFailure));
    this.#hooked.add("http");
    if (canTraceHttpClients()) {
      this.#stops.push(traceHttpClients(tracer, this.#onFailure));
      return;
    }
    this.#host.findings.report({
      code: "http_client_untraced",
      severity: "warning",
      sentence:
        `Node ${process.versions.node} does not tell of outgoing requests of node:http, so they ` +
        "have no spans; fetch has. Node 22.12 and newer do; here SPOOR_OFFICIAL_INSTRUMENTATIONS=" +
        "http traces them, with npm install @opentelemetry/instrumentation-http",
    });
  }

  #startFetch(): void {
    if (!this.#isWanted("fetch") || !this.#isWanted("undici")) return;
    if (this.#startOfficial("fetch")) return;
    this.#stops.push(traceFetch(this.#tracer("fetch"), this.#onFailure));
    this.#hooked.add("fetch");
  }

  #startFastify(): void {
    if (!this.#isWanted("fastify") || this.#startOfficial("fastify")) return;
    this.#stops.push(noteFastifyRoutes(this.#onFailure));
  }

  #startLogs(): void {
    const { clock, exportLogs } = this.#host;
    const { exportsLogs, hasConsoleIds } = this.#settings;
    const isSending = exportsLogs && exportLogs !== undefined;
    const sender = isSending ? new LogSender({ clock, exportLogs }) : undefined;
    if (sender !== undefined) {
      this.#loggerProvider = new SpoorLoggerProvider(sender);
      this.#stops.push(this.#loggerProvider.register());
      const logger = this.#loggerProvider.getLogger("winston");
      sendWinstonLines({ logger, onFailure: this.#onFailure });
      this.#stops.push(() => sendWinstonLines(undefined));
    }
    if (!this.#isWanted("console") || (!hasConsoleIds && sender === undefined)) return;
    const onFailure = this.#onFailure;
    this.#stops.push(followConsole({ hasIds: hasConsoleIds, sender, onFailure }));
  }

  /** Whether the official package of `name` was asked for and runs now. */
  #startOfficial(name: string): boolean {
    const alternative = OFFICIAL_ALTERNATIVES[name];
    if (alternative === undefined || !this.#settings.official.includes(name)) return false;
    if (!this.#enable(alternative, {})) {
      throw new Error(
        `cannot trace ${name} with ${alternative.packageName}: the package is not installed`,
      );
    }
    this.#hooked.add(name);
    return true;
  }

  #isWanted(name: string): boolean {
    const { enabled, disabled } = this.#settings;
    return !disabled.includes(name) && (enabled === undefined || enabled.includes(name));
  }

  /** Libraries that the application says it needs, and that are there. */
  #declared(libraries: readonly Library[]): Library[] {
    const names = [...declaredPackages(this.#folder)];
    return libraries.filter(({ packages }) =>
      packages.some((one) =>
        names.some(
          (name) =>
            (one.endsWith("/") ? name.startsWith(one) : name === one) &&
            isInstalled(this.#folder, name),
        ),
      ),
    );
  }

  #arm(library: Library): boolean {
    if (!this.#isWanted(library.name)) return false;
    const official = this.#officialOf(library);
    if (official === undefined) return true;
    const hooks =
      library.name === "koa"
        ? { spanStarted: koaSpanStarted }
        : this.#database.hooksOf(library.name);
    const isEnabled = this.#enable(official, hooks, library.asksItself);
    if (!isEnabled) this.#reportMissing(library, official);
    else this.#hooked.add(library.name);
    return isEnabled || this.#database.watches(library.name);
  }

  #officialOf(library: Library): OfficialPackage | undefined {
    const isAsked = this.#settings.official.includes(library.name);
    return isAsked ? OFFICIAL_ALTERNATIVES[library.name] : library.official;
  }

  #loaded(library: Library, specifier: string, exports: unknown): void {
    this.#database.loaded(specifier, exports);
    const official = this.#officialOf(library);
    const isMain = specifier === library.packages[0] || specifier.startsWith("@aws-sdk/client-");
    if (official !== undefined && isMain && hasNoEffect(official)) {
      this.#reportNoEffect(library, official);
    }
    if (library.name === "hono") noteHonoRoutes(exports, this.#onFailure);
    if (library.name === "winston" && areWinstonLinesSent()) patchWinston(exports);
    if (library.name === "bullmq") patchBullmq(exports, this.#onFailure);
    if (library.name === "express" && !this.#settings.official.includes("express")) {
      // Express exports the class of its routers.
      const { Router } = exports as { readonly Router?: unknown };
      noteMountPaths(Router);
    }
  }

  #enable(official: OfficialPackage, hooks: OfficialHooks, asksItself = false): boolean {
    const { provider } = this.#host;
    const stop = enableOfficial(official, {
      folder: this.#folder,
      settings: this.#settings,
      provider,
      loggerProvider: this.#loggerProvider,
      hooks,
      asksItself,
    });
    if (stop === undefined) return false;
    this.#stops.push(stop);
    return true;
  }

  /** Libraries that are in memory already: hooked now where that still helps. */
  #hookLoaded(watch: ModuleWatch, libraries: readonly Library[], reason: string): void {
    for (const { library, packageName, parentUrl } of loadedLibraries(libraries)) {
      const official = this.#officialOf(library);
      const isHooked = official !== undefined && isOfficialEnabled(official);
      if (library.isHookedLate || isHooked) {
        watch.loadNow(library, packageName, parentUrl);
        continue;
      }
      if (official !== undefined && !this.#isTraceable(library)) {
        this.#reportMissing(library, official);
        continue;
      }
      if (this.#early.has(library)) continue;
      this.#early.add(library);
      this.#host.findings.report({
        code: "loaded_too_early",
        subject: library.name,
        severity: "warning",
        sentence: `${library.name} was loaded before Spoor, so its calls have no spans. ${reason}`,
      });
    }
  }

  /** Without a hook: finds what was loaded all the same, by packages that others brought. */
  #hookLater(watch: ModuleWatch, libraries: readonly Library[]): void {
    const timers = LATER_MS.map((ms) =>
      setTimeout(() => this.#hookLoaded(watch, libraries, LATER_REASON), ms).unref(),
    );
    this.#stops.push(() => timers.forEach(clearTimeout));
  }

  /** Without a hook: loads what the application is going to load. */
  #loadInAdvance(watch: ModuleWatch, declared: readonly Library[]): void {
    this.#isInAdvance = true;
    const parentUrl = pathToFileURL(join(this.#folder, "any.js")).href;
    const names = [...declaredPackages(this.#folder)];
    for (const library of declared) {
      for (const one of library.packages) {
        const ofScope = one.endsWith("/") ? names.filter((name) => name.startsWith(one)) : [one];
        for (const name of ofScope) watch.loadNow(library, name, parentUrl);
      }
      for (const name of library.modules) {
        const path = modulePathFrom(this.#folder, name);
        if (path !== undefined) watch.loadModuleNow(library, name, pathToFileURL(path).href);
      }
    }
    this.#isInAdvance = false;
  }

  #summary(declared: readonly Library[]): HookedLibraries {
    for (const library of declared) {
      if (this.#early.has(library)) continue;
      if (this.#isTraceable(library)) this.#hooked.add(library.name);
      else this.#missing.add(library);
    }
    const packages = [...this.#missing].map((library) => this.#officialOf(library)?.packageName);
    return {
      hooked: [...this.#hooked],
      loadedTooEarly: [...this.#early].map(({ name }) => name),
      missing: [...this.#missing].map(({ name }) => name),
      installCommand: packages.length === 0 ? "" : `npm install ${packages.join(" ")}`,
    };
  }

  /** Whether what traces a library is there. */
  #isTraceable(library: Library): boolean {
    const official = this.#officialOf(library);
    return official === undefined || resolveFrom(this.#folder, official.packageName) !== undefined;
  }

  #reportMissing(library: Library, { packageName }: OfficialPackage): void {
    // One that the line at the start names already, or is going to name.
    if (this.#missing.has(library) || this.#isInAdvance) return;
    this.#missing.add(library);
    this.#host.findings.report({
      code: "instrumentation_missing",
      subject: library.name,
      severity: "info",
      sentence: `${library.name} is used, but not traced. Install: npm install ${packageName}`,
    });
  }

  #reportNoEffect(library: Library, { packageName }: OfficialPackage): void {
    this.#host.findings.report({
      code: "instrumentation_without_effect",
      subject: library.name,
      severity: "warning",
      sentence:
        `${library.name} ${this.#isInAdvance ? "stands in package.json" : "is used"}, but is not ` +
        `traced: ${packageName} does not know the version that is installed. ` +
        "Install versions of both that fit each other.",
    });
  }

  #tracer(part: string): ReturnType<TracerProvider["getTracer"]> {
    return this.#host.provider.getTracer(`@spoor/sdk/${part}`, sdkVersion());
  }

  readonly #onFailure = (where: string, error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    this.#host.findings.report({
      code: "instrumentation_failed",
      subject: where,
      severity: "error",
      sentence: `The instrumentation of ${where} failed; the application goes on without: ${text}`,
    });
  };
}
