/*
 * Every setting, once: what reads it, what checks it and the reference page are made from this.
 *
 * Names that begin with OTEL_ and their meaning are those of the OpenTelemetry specification
 * (configuration/sdk-environment-variables.md and protocol/exporter.md); ours begin with SPOOR_.
 */

/** How the text of a setting is read. */
export interface Variable {
  /**
   * `boolean`: "true" in any case, everything else is false. `count`, `bytes` and `ms`: whole
   * numbers from 0. `choice` and `choices`: one or a list of `values`, in any case. `list`: separated
   * by commas. `pairs`: `key=value`, separated by commas, percent-encoded. `file`: the content counts.
   */
  readonly kind:
    | "boolean"
    | "text"
    | "count"
    | "bytes"
    | "ms"
    | "choice"
    | "choices"
    | "list"
    | "pairs"
    | "file";
  /** What a choice may be. */
  readonly values?: readonly string[];
  /** For people: what holds when it is not set. */
  readonly fallback: string;
  readonly meaning: string;
}

/** What may be chosen as `OTEL_TRACES_SAMPLER`. */
export const SAMPLER_NAMES = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** What may be chosen as `OTEL_PROPAGATORS`. */
export const PROPAGATOR_NAMES = [
  "tracecontext",
  "baggage",
  "b3",
  "b3multi",
  "jaeger",
  "none",
] as const;

/** What may be chosen as `OTEL_NODE_RESOURCE_DETECTORS`. */
export const DETECTOR_NAMES = [
  "all",
  "none",
  "env",
  "host",
  "os",
  "process",
  "serviceinstance",
  "container",
  "k8s",
] as const;

const PROTOCOL_NAMES = ["grpc", "http/protobuf", "http/json"] as const;
const COMPRESSION_NAMES = ["auto", "none", "gzip", "zstd"] as const;
const UNLIMITED = "unlimited";
const SAME = "the one for all signals";

/** The settings by their names. */
export const VARIABLES = {
  OTEL_SDK_DISABLED: {
    kind: "boolean",
    fallback: "false",
    meaning: "nothing is traced; context is still passed on",
  },
  OTEL_CONFIG_FILE: {
    kind: "text",
    fallback: "none",
    meaning:
      "a declarative configuration file, format 1.0, YAML (with the package `yaml`) or JSON; " +
      "then no other OTEL_ variable counts, except where the file names one",
  },
  OTEL_SERVICE_NAME: {
    kind: "text",
    fallback: "the name in package.json",
    meaning: "`service.name`; wins over OTEL_RESOURCE_ATTRIBUTES",
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    kind: "pairs",
    fallback: "none",
    meaning: "attributes of the resource",
  },
  OTEL_NODE_RESOURCE_DETECTORS: {
    kind: "choices",
    values: DETECTOR_NAMES,
    fallback: "all",
    meaning: "what is found out about the process and its machine",
  },
  OTEL_PROPAGATORS: {
    kind: "choices",
    values: PROPAGATOR_NAMES,
    fallback: "tracecontext,baggage",
    meaning: "how context is passed to other services",
  },
  OTEL_TRACES_SAMPLER: {
    kind: "choice",
    values: SAMPLER_NAMES,
    fallback: "parentbased_always_on",
    meaning: "which traces are kept",
  },
  OTEL_TRACES_SAMPLER_ARG: {
    kind: "text",
    fallback: "1",
    meaning: "the share of traces that a ratio sampler keeps, 0 to 1",
  },
  OTEL_TRACES_EXPORTER: {
    kind: "choice",
    values: ["otlp", "console", "none"],
    fallback: "otlp",
    meaning: "where spans go",
  },
  OTEL_LOGS_EXPORTER: {
    kind: "choice",
    values: ["otlp", "none"],
    fallback: "none",
    meaning: "where the lines of loggers go; `otlp` sends them to the receiver of the spans",
  },
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: {
    kind: "list",
    fallback: "all that the application uses",
    meaning: "only these instrumentations, by their short names: `http,pg`",
  },
  OTEL_NODE_DISABLED_INSTRUMENTATIONS: {
    kind: "list",
    fallback: "none",
    meaning: "not these instrumentations",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    kind: "text",
    fallback: "localhost, gRPC at 4317 or else HTTP at 4318, whichever answers",
    meaning: "address of the receiver; over HTTP `/v1/traces` is added to its path",
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    kind: "text",
    fallback: SAME,
    meaning: "address for spans, used as it stands",
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    kind: "choice",
    values: PROTOCOL_NAMES,
    fallback: "grpc at port 4317, otherwise http/protobuf",
    meaning: "how OTLP is spoken; `http/json` is sent as `http/protobuf`",
  },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: {
    kind: "choice",
    values: PROTOCOL_NAMES,
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    kind: "pairs",
    fallback: "none",
    meaning: "headers or metadata of every request",
  },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: {
    kind: "pairs",
    fallback: SAME,
    meaning: "more of them, or others, for spans",
  },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    kind: "ms",
    fallback: "10000",
    meaning: "how long one try may take",
  },
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: {
    kind: "ms",
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_COMPRESSION: {
    kind: "choice",
    values: COMPRESSION_NAMES,
    fallback: "auto",
    meaning:
      "`auto` is none on the same machine, elsewhere gzip, or zstd once the receiver names it",
  },
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: {
    kind: "choice",
    values: COMPRESSION_NAMES,
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_INSECURE: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether gRPC to an address without `http://` or `https://` goes without TLS",
  },
  OTEL_EXPORTER_OTLP_TRACES_INSECURE: {
    kind: "boolean",
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_CERTIFICATE: {
    kind: "file",
    fallback: "the authorities of Node",
    meaning: "PEM file of the authorities that are trusted",
  },
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: {
    kind: "file",
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: {
    kind: "file",
    fallback: "none",
    meaning: "PEM file of the certificate that this process shows",
  },
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: {
    kind: "file",
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_CLIENT_KEY: {
    kind: "file",
    fallback: "none",
    meaning: "PEM file of the key to that certificate",
  },
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: {
    kind: "file",
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    kind: "ms",
    fallback: "1000, and 200 for the first ten requests",
    meaning: "how long spans wait for others to go with them",
  },
  OTEL_BSP_EXPORT_TIMEOUT: {
    kind: "ms",
    fallback: "300000",
    meaning: "how long one request is tried again",
  },
  OTEL_BSP_MAX_QUEUE_SIZE: {
    kind: "count",
    fallback: "only bytes count",
    meaning: "how many spans may wait or be on their way",
  },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
    kind: "count",
    fallback: "512",
    meaning: "how many spans start a request without waiting for more",
  },
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: {
    kind: "count",
    fallback: UNLIMITED,
    meaning: "characters of an attribute value",
  },
  OTEL_ATTRIBUTE_COUNT_LIMIT: {
    kind: "count",
    fallback: "128",
    meaning: "attributes of a span, an event or a link",
  },
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: {
    kind: "count",
    fallback: SAME,
    meaning: "the same for spans",
  },
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: {
    kind: "count",
    fallback: SAME,
    meaning: "attributes of a span",
  },
  OTEL_SPAN_EVENT_COUNT_LIMIT: { kind: "count", fallback: "128", meaning: "events of a span" },
  OTEL_SPAN_LINK_COUNT_LIMIT: { kind: "count", fallback: "128", meaning: "links of a span" },
  OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: {
    kind: "count",
    fallback: "128",
    meaning: "attributes of an event",
  },
  OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: {
    kind: "count",
    fallback: "128",
    meaning: "attributes of a link",
  },
  OTEL_LOG_LEVEL: {
    kind: "choice",
    values: ["none", "error", "warn", "info", "debug", "verbose", "all"],
    fallback: "info",
    meaning: "`none` prints nothing, `error` and `warn` leave out the line at the start",
  },
  SPOOR_QUIET: {
    kind: "boolean",
    fallback: "false",
    meaning: "prints nothing on stderr; `1` counts as true here",
  },
  SPOOR_QUEUE_BYTES: {
    kind: "bytes",
    fallback: "16777216",
    meaning: "bytes of spans that may wait or be on their way; beyond, new spans are counted as lost",
  },
  SPOOR_REPORT: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether losses and findings are sent to the receiver, as log records",
  },
} as const;

/** The name of a setting. */
export type VariableName = keyof typeof VARIABLES;
