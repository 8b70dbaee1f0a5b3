/*
 * The tests of other projects that ours has to pass, and those that it must not: each with the
 * reason. A reason that no longer holds shows: a skipped test that passes fails the run.
 */

/** Tests of one package of OpenTelemetry for JavaScript. */
export interface Suite {
  readonly name: string;
  /** Folder in the repository. */
  readonly folder: string;
  /** Test files below it, as globs. */
  readonly files: readonly string[];
  /** The module under `shim/` that stands for the folder's `src`. */
  readonly shim: string;
  /** Tests that are not to pass, by the beginning of their full title. */
  readonly skipped: Readonly<Record<string, string>>;
}

/** The commit whose tests are run. */
export const OPENTELEMETRY = {
  repository: "open-telemetry/opentelemetry-js",
  commit: "61126358cb5cf06a2004151cbad18e79cbede00a",
} as const;

const OWN_CLASS = "tests the fan-out class of their provider, which ours has no need of";
const NEWER_VALUES =
  "holds maps and mixed lists for invalid attribute values; version 1.10 of the API allows them";
const LOG_WORDS = "compares the words of a log message";
const REJECTS_ARRAY =
  "expects forceFlush to reject with an array, which crashes as an unhandled rejection";
const METER = "measures the SDK through a meter provider, an experiment of theirs";
const XOR_FOLD =
  "expects the ratio to be taken from all bits of the id folded together, by which services in " +
  "other languages choose other traces";
const INVALID_ID = "asks about an id that is not one, which never reaches our samplers";
const INSPECT = "compares how their classes print themselves";
const WHOLE_HEADER =
  "expects the valid part of a tracestate header that is not valid; W3C Trace Context discards it";

/** The suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  {
    name: "sdk-trace",
    folder: "packages/sdk-trace",
    files: ["test/common/**/*.test.ts", "test/node/**/*.test.ts"],
    shim: "sdk-trace.ts",
    skipped: {
      "MultiSpanProcessor should force span processors to flush": OWN_CLASS,
      "MultiSpanProcessor should wait for all span processors to finish flushing": OWN_CLASS,
      "MultiSpanProcessor should call globalErrorHandler in forceFlush": OWN_CLASS,
      "Span should log a warning attempting to add event to ended span": LOG_WORDS,
      "Span should drop extra events": LOG_WORDS,
      "Span setAttribute when default options set should set an attribute": NEWER_VALUES,
      "Span setAttributes should be able to set multiple attributes": NEWER_VALUES,
      "Span addEvent should sanitize attribute values": NEWER_VALUES,
      "Span setStatus should drop non-string status message": LOG_WORDS,
      "Tracer should sample with valid attributes": NEWER_VALUES,
      "TracerProvider .forceFlush() should use the timeout passed to forceFlush": REJECTS_ARRAY,
      "TracerProvider .forceFlush() should fall back to the timeout passed to the constructor":
        REJECTS_ARRAY,
      "TracerProvider TracerMetrics should record metrics": METER,
      "TraceIdRatioBasedSampler should sample based on trace id": XOR_FOLD,
      "TraceIdRatioBasedSampler should not sample with a invalid trace id": INVALID_ID,
      "TraceIdRatioBasedSampler should sample traces that a lower sampling ratio would sample":
        XOR_FOLD,
      "util.inspect SpanImpl should render with class tag and key fields": INSPECT,
      "util.inspect TracerProvider should render with tracer keys": INSPECT,
      "util.inspect resource with unsettled async attributes should not emit": INSPECT,
    },
  },
  {
    name: "context-async-hooks",
    folder: "packages/opentelemetry-context-async-hooks",
    files: ["test/*.test.ts"],
    shim: "context-async-hooks.ts",
    skipped: {},
  },
  {
    name: "core: propagation",
    folder: "packages/opentelemetry-core",
    files: [
      "test/common/propagation/*.test.ts",
      "test/common/trace/*.test.ts",
      "test/common/baggage/W3CBaggagePropagator.test.ts",
    ],
    shim: "core.ts",
    skipped: {
      "TraceState .parse() must remove invalid entries when serializing": WHOLE_HEADER,
      "TraceState .parse() must skip list-members": WHOLE_HEADER,
      "TraceState .parse() must truncate states with too many items": WHOLE_HEADER,
      "TraceState .parse() should not count invalid items towards max limit": WHOLE_HEADER,
    },
  },
  {
    name: "sampler-composite",
    folder: "experimental/packages/sampler-composite",
    files: ["test/*.test.ts"],
    shim: "sampler-composite.ts",
    skipped: {},
  },
  {
    name: "propagator-b3",
    folder: "packages/opentelemetry-propagator-b3",
    files: ["test/*.test.ts"],
    shim: "b3.ts",
    skipped: {},
  },
  {
    name: "propagator-jaeger",
    folder: "packages/opentelemetry-propagator-jaeger",
    files: ["test/*.test.ts"],
    shim: "jaeger.ts",
    skipped: {},
  },
];
