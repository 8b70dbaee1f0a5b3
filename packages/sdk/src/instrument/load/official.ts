/** Official instrumentation packages: made, given our providers, and switched on. */
import {
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import type { InstrumentationSettings } from "../base/settings.ts";
import type { OfficialHooks } from "../database/database-hooks.ts";
import type { OfficialPackage } from "./catalogue.ts";
import { requireFrom } from "./find-package.ts";
import { holdingSpan } from "./held-span.ts";

/** What every instrumentation has (`@opentelemetry/instrumentation`, interface Instrumentation). */
interface Instrumentation {
  setConfig(config: object): void;
  setTracerProvider(provider: TracerProvider): void;
  /** Does nothing when it is on, but that Prisma's takes its provider now. */
  enable(): void;
  setLoggerProvider?(provider: unknown): void;
  /** What it changes, by module and file; none of it is part of that interface. */
  readonly _modules?: readonly (Patched & { readonly files?: readonly Patched[] })[];
}

/** Has `moduleExports` as soon as something was loaded whose version it knows. */
interface Patched {
  readonly moduleExports?: unknown;
}

type InstrumentationClass = new (config: object) => Instrumentation;

/** What an instrumentation is given. */
export interface OfficialOptions {
  /** The folder of the application. */
  readonly folder: string;
  readonly settings: InstrumentationSettings;
  readonly provider: TracerProvider;
  readonly loggerProvider: object | undefined;
  readonly hooks: OfficialHooks;
  /** See the catalogue. */
  readonly asksItself: boolean;
}

/**
 * The instrumentations of this process, by package. What they patched stays patched, so there is
 * one of each for ever: a second one would make a second span for every call.
 */
const enabled = new Map<string, Instrumentation>();

const silentProvider: TracerProvider = new ProxyTracerProvider();

/** Whether the instrumentation of a package was switched on in this process. */
export function isOfficialEnabled({ packageName }: OfficialPackage): boolean {
  return enabled.has(packageName);
}

/** Whether an instrumentation is on and has found nothing to change in what was loaded. */
export function hasNoEffect({ packageName }: OfficialPackage): boolean {
  const modules = enabled.get(packageName)?._modules ?? [];
  return (
    modules.length > 0 &&
    modules.every((module) => isUntouched(module) && (module.files ?? []).every(isUntouched))
  );
}

function isUntouched({ moduleExports }: Patched): boolean {
  return moduleExports === undefined;
}

/**
 * Switches the instrumentation of a package on. The answer switches it off; undefined when the
 * package is not installed.
 */
export function enableOfficial(
  official: OfficialPackage,
  { folder, settings, provider, loggerProvider, hooks, asksItself }: OfficialOptions,
): (() => void) | undefined {
  const known = enabled.get(official.packageName);
  const config = { ...official.config(settings), ...hooks.config };
  const instrumentation = known ?? create(official, folder, config);
  if (instrumentation === undefined) return undefined;
  if (known !== undefined) instrumentation.setConfig(config);
  const giveProvider = (given: TracerProvider): void => {
    instrumentation.setTracerProvider(given);
    if (asksItself) instrumentation.enable();
  };
  giveProvider(seenBy(hooks, provider));
  if (loggerProvider !== undefined) instrumentation.setLoggerProvider?.(loggerProvider);
  enabled.set(official.packageName, instrumentation);
  return () => giveProvider(silentProvider);
}

/** `provider`, with somebody who sees each span of it as it is started. */
function seenBy(hooks: OfficialHooks, provider: TracerProvider): TracerProvider {
  const { spanStarted, spanOptions, spanFailed } = hooks;
  if ((spanStarted ?? spanOptions ?? spanFailed) === undefined) return provider;
  return { getTracer: (...scope) => seenTracer(hooks, provider.getTracer(...scope)) };
}

function seenTracer(hooks: OfficialHooks, tracer: Tracer): Tracer {
  const { spanStarted, spanOptions, spanFailed } = hooks;
  const changed = (options: SpanOptions = {}): SpanOptions => spanOptions?.(options) ?? options;
  const startActive = tracer.startActiveSpan.bind(tracer);
  return {
    startSpan: (name, options, ...rest) => {
      const span = tracer.startSpan(name, changed(options), ...rest);
      spanStarted?.(span);
      return span;
    },
    startActiveSpan: (name: string, ...rest: readonly unknown[]): unknown => {
      // The function is the last; before it come options, or options and a context, or nothing.
      const use = rest.at(-1) as (span: Span) => unknown;
      const given = rest.slice(0, -1);
      // As above.
      if (given.length > 0) given[0] = changed(given[0] as SpanOptions);
      const used =
        spanFailed === undefined ? use : (span: Span) => holdingSpan(span, use, spanFailed);
      return Reflect.apply(startActive, undefined, [name, ...given, used]);
    },
  };
}

function create(
  { packageName, exportName }: OfficialPackage,
  folder: string,
  config: object,
): Instrumentation | undefined {
  const exports = requireFrom(folder, packageName);
  if (exports === undefined) return undefined;
  // The exports of a package that is named with its export in the catalogue.
  const found = (exports as Readonly<Record<string, unknown>>)[exportName];
  if (typeof found !== "function") {
    throw new Error(`cannot set up ${packageName}: it exports no ${exportName}`);
  }
  // The line before tells a function from the rest; that it is this class, only its name does.
  const Class = found as InstrumentationClass;
  // It switches itself on. Some read `enabled` from their configuration ever after.
  return new Class(config);
}
