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
  readonly skipped: Readonly<Record<string, Skip>>;
  /** In what the tests are not theirs, if in anything. */
  readonly changed?: string;
}

/** Why a test is not to pass: it holds a defect for right, or looks at what nobody can import. */
export interface Skip {
  readonly why: "defect" | "private";
  readonly reason: string;
}

/** The commit whose tests are run. */
export const OPENTELEMETRY = {
  repository: "open-telemetry/opentelemetry-js",
  commit: "61126358cb5cf06a2004151cbad18e79cbede00a",
} as const;

const ARRAY_REJECTION: Skip = {
  why: "defect",
  reason: "forceFlush rejects with an array, of which an unhandled rejection prints no cause",
};
const XOR_FOLD: Skip = {
  why: "defect",
  reason:
    "the ratio is taken from all bits of the id folded together, by which services in other " +
    "languages choose other traces",
};
const WHOLE_HEADER: Skip = {
  why: "defect",
  reason:
    "keeps parts of a tracestate header that is not valid; W3C's own suite, below, wants it gone",
};
const PRIVATE_CLASS: Skip = {
  why: "private",
  reason: "their class MultiSpanProcessor is not exported; TracerProvider .forceFlush() has this",
};

/** The suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  {
    name: "sdk-trace",
    folder: "packages/sdk-trace",
    files: ["test/common/**/*.test.ts", "test/node/**/*.test.ts"],
    shim: "sdk-trace.ts",
    skipped: {
      "MultiSpanProcessor should force span processors to flush": PRIVATE_CLASS,
      "MultiSpanProcessor should wait for all span processors to finish flushing": PRIVATE_CLASS,
      "MultiSpanProcessor should call globalErrorHandler in forceFlush": PRIVATE_CLASS,
      "TracerProvider .forceFlush() should use the timeout passed to forceFlush": ARRAY_REJECTION,
      "TracerProvider .forceFlush() should fall back to the timeout passed to the constructor":
        ARRAY_REJECTION,
      "TraceIdRatioBasedSampler should sample based on trace id": XOR_FOLD,
      "TraceIdRatioBasedSampler should sample traces that a lower sampling ratio would sample":
        XOR_FOLD,
    },
    changed:
      "attribute values that are not valid are functions and dates here; theirs, maps and mixed " +
      "lists, are valid since version 1.10 of the API, and their own version 3 keeps them",
  },
  {
    name: "sdk-trace-base",
    folder: "packages/opentelemetry-sdk-trace-base",
    files: ["test/common/**/*.test.ts", "test/node/**/*.test.ts"],
    shim: "sdk-trace-base.ts",
    skipped: {},
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
