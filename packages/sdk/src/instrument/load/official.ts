/** Official instrumentation packages: made, given our providers, and switched on. */
import { ProxyTracerProvider, type TracerProvider } from "@opentelemetry/api";
import type { InstrumentationSettings } from "../base/settings.ts";
import type { OfficialPackage } from "./catalogue.ts";
import { requireFrom } from "./find-package.ts";

/** What every instrumentation has (`@opentelemetry/instrumentation`, interface Instrumentation). */
interface Instrumentation {
  setConfig(config: object): void;
  setTracerProvider(provider: TracerProvider): void;
  setLoggerProvider?(provider: unknown): void;
}

type InstrumentationClass = new (config: object) => Instrumentation;

/** What an instrumentation is given. */
export interface OfficialOptions {
  /** The folder of the application. */
  readonly folder: string;
  readonly settings: InstrumentationSettings;
  readonly provider: TracerProvider;
  readonly loggerProvider: object | undefined;
  /** More configuration, such as hooks. */
  readonly hooks: object;
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

/**
 * Switches the instrumentation of a package on. The answer switches it off; undefined when the
 * package is not installed.
 */
export function enableOfficial(
  official: OfficialPackage,
  { folder, settings, provider, loggerProvider, hooks }: OfficialOptions,
): (() => void) | undefined {
  const known = enabled.get(official.packageName);
  const config = { ...official.config(settings), ...hooks };
  const instrumentation = known ?? create(official, folder, config);
  if (instrumentation === undefined) return undefined;
  if (known !== undefined) instrumentation.setConfig(config);
  instrumentation.setTracerProvider(provider);
  if (loggerProvider !== undefined) instrumentation.setLoggerProvider?.(loggerProvider);
  enabled.set(official.packageName, instrumentation);
  return () => instrumentation.setTracerProvider(silentProvider);
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
