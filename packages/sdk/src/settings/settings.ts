/** What the SDK runs on, from code, environment and file, checked once. */
import type { ExportSettings } from "./export-settings.ts";
import type { DETECTOR_NAMES, PROPAGATOR_NAMES, SAMPLER_NAMES } from "./variables.ts";

/** Which traces are kept: a name of OTEL_TRACES_SAMPLER, and its share where it has one. */
export interface SamplerSettings {
  readonly name: (typeof SAMPLER_NAMES)[number];
  /** 0 to 1; meaningful for ratio samplers. */
  readonly ratio: number;
}

/** How much one span may hold; Infinity for no limit. */
export interface LimitSettings {
  readonly attributeValueLengthLimit: number;
  readonly attributeCountLimit: number;
  readonly eventCountLimit: number;
  readonly linkCountLimit: number;
  readonly attributePerEventCountLimit: number;
  readonly attributePerLinkCountLimit: number;
}

/** A part of the process or its machine that can be described. */
export type DetectorName = Exclude<(typeof DETECTOR_NAMES)[number], "all" | "none">;

/** How context is passed on. */
export type PropagatorName = Exclude<(typeof PROPAGATOR_NAMES)[number], "none">;

/** An attribute value of the resource, as people write it. */
export type ResourceValue = string | number | boolean | readonly (string | number | boolean)[];

/** What is given about the resource; the rest is found out. */
export interface ResourceSettings {
  readonly attributes: ReadonlyMap<string, ResourceValue>;
  readonly schemaUrl: string;
  readonly detectors: ReadonlySet<DetectorName>;
}

/** When and how spans that do not end are reported. */
export interface OpenSpanSettings {
  readonly areReported: boolean;
  /** A span that is open for longer is overdue, in ms. */
  readonly thresholdMs: number;
  /** Other thresholds, by the name of a span or its route, in ms. */
  readonly thresholdsMs: ReadonlyMap<string, number>;
  /** Whether a database may be asked what a statement waits for. */
  readonly areDatabasesAsked: boolean;
  /** How agents on other machines are asked for processes; undefined: they are not. */
  readonly agents: { readonly secret: string; readonly port: number } | undefined;
  /** Whether a thread watches the event loop, to tell what blocks it. */
  readonly isLoopWatched: boolean;
}

/** All settings. */
export interface Settings {
  readonly isDisabled: boolean;
  /** How much is printed on stderr: nothing, only what is wrong, or all. */
  readonly verbosity: "silent" | "problems" | "all";
  readonly resource: ResourceSettings;
  readonly sampler: SamplerSettings;
  readonly propagators: readonly PropagatorName[];
  readonly limits: LimitSettings;
  readonly exporter: "otlp" | "console" | "none";
  readonly areLogsSent: boolean;
  readonly isReporting: boolean;
  readonly openSpans: OpenSpanSettings;
  /** Undefined: all that the application uses. */
  readonly enabledInstrumentations: readonly string[] | undefined;
  readonly disabledInstrumentations: readonly string[];
  /** Official packages in the place of our own instrumentations: keys of OFFICIAL_ALTERNATIVES. */
  readonly officialInstrumentations: readonly string[];
  /** Whether SQL loses its literals before it is recorded. */
  readonly isSqlSanitised: boolean;
  /** Whether lines of the console say the ids of the span in which they are written. */
  readonly hasConsoleIds: boolean;
  readonly export: ExportSettings;
  /** How log records and events are sent; undefined: like the spans, on the same connection. */
  readonly logsExport: ExportSettings | undefined;
}
