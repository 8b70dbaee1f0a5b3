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
   * numbers from 0. `choice` and `choices`: one or a list of CHOICES, in any case. `list`:
   * separated by commas. `pairs`: `key=value`, separated by commas, percent-encoded. `file`: the
   * content of the file counts.
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

/** What may be chosen as `OTEL_EXPORTER_OTLP_PROTOCOL`. */
export const PROTOCOL_NAMES = ["grpc", "http/protobuf", "http/json"] as const;
/** What may be chosen as `OTEL_EXPORTER_OTLP_COMPRESSION`. */
export const COMPRESSION_NAMES = ["auto", "none", "gzip", "zstd"] as const;

/** What may be chosen as `OTEL_TRACES_EXPORTER`. */
export const EXPORTER_NAMES = ["otlp", "console", "none"] as const;

/** What may be chosen as `OTEL_LOGS_EXPORTER`. */
export const LOGS_EXPORTER_NAMES = ["otlp", "none"] as const;

/** What may be chosen as `OTEL_LOG_LEVEL`. */
export const LOG_LEVELS = ["none", "error", "warn", "info", "debug", "verbose", "all"] as const;

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
    meaning: "a declarative configuration file, which counts instead of all other OTEL_ variables",
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
    fallback: "all",
    meaning: "what is found out about the process and its machine",
  },
  OTEL_PROPAGATORS: {
    kind: "choices",
    fallback: "tracecontext,baggage",
    meaning: "how context is passed to other services",
  },
  OTEL_TRACES_SAMPLER: {
    kind: "choice",
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
    fallback: "otlp",
    meaning: "where spans go",
  },
  OTEL_LOGS_EXPORTER: {
    kind: "choice",
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
    fallback: "the one for all signals",
    meaning: "address for spans, used as it stands",
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    kind: "choice",
    fallback: "grpc at port 4317, otherwise http/protobuf",
    meaning: "how OTLP is spoken; `http/json` is sent as `http/protobuf`",
  },
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: {
    kind: "choice",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    kind: "pairs",
    fallback: "none",
    meaning: "headers or metadata of every request",
  },
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: {
    kind: "pairs",
    fallback: "the one for all signals",
    meaning: "more of them, or others, for spans",
  },
  OTEL_EXPORTER_OTLP_TIMEOUT: {
    kind: "ms",
    fallback: "10000",
    meaning: "how long one try may take",
  },
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: {
    kind: "ms",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_COMPRESSION: {
    kind: "choice",
    fallback: "auto",
    meaning: "`auto` is none on one machine, elsewhere gzip, or zstd once the receiver names it",
  },
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: {
    kind: "choice",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_INSECURE: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether gRPC to an address without `http://` or `https://` goes without TLS",
  },
  OTEL_EXPORTER_OTLP_TRACES_INSECURE: {
    kind: "boolean",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_CERTIFICATE: {
    kind: "file",
    fallback: "the authorities of Node",
    meaning: "PEM file of the authorities that are trusted",
  },
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: {
    kind: "file",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: {
    kind: "file",
    fallback: "none",
    meaning: "PEM file of the certificate that this process shows",
  },
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: {
    kind: "file",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_CLIENT_KEY: {
    kind: "file",
    fallback: "none",
    meaning: "PEM file of the key to that certificate",
  },
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: {
    kind: "file",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: {
    kind: "text",
    fallback: "the one for all signals, or else that of the spans",
    meaning: "address for log records, used as it stands",
  },
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: {
    kind: "choice",
    fallback: "the one for all signals",
    meaning: "the same for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: {
    kind: "pairs",
    fallback: "the one for all signals",
    meaning: "more of them, or others, for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: {
    kind: "ms",
    fallback: "the one for all signals",
    meaning: "the same for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: {
    kind: "choice",
    fallback: "the one for all signals",
    meaning: "the same for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_INSECURE: {
    kind: "boolean",
    fallback: "the one for all signals",
    meaning: "the same for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: {
    kind: "file",
    fallback: "the one for all signals",
    meaning: "the same for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE: {
    kind: "file",
    fallback: "the one for all signals",
    meaning: "the same for log records",
  },
  OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: {
    kind: "file",
    fallback: "the one for all signals",
    meaning: "the same for log records",
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
    fallback: "512 start a request, which may hold more; 1 MiB ends it",
    meaning: "how many spans start a request without waiting for more, and how many it may hold",
  },
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: {
    kind: "count",
    fallback: "unlimited",
    meaning: "characters of an attribute value",
  },
  OTEL_ATTRIBUTE_COUNT_LIMIT: {
    kind: "count",
    fallback: "128",
    meaning: "attributes of a span, an event or a link",
  },
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: {
    kind: "count",
    fallback: "the one for all signals",
    meaning: "the same for spans",
  },
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: {
    kind: "count",
    fallback: "the one for all signals",
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
    meaning: "bytes of spans that may wait or be on their way; beyond, new ones are lost",
  },
  SPOOR_QUEUE_DIR: {
    kind: "text",
    fallback: "none, they wait in memory",
    meaning: "a folder of this machine in which requests wait that the receiver does not take",
  },
  SPOOR_QUEUE_DIR_BYTES: {
    kind: "bytes",
    fallback: "268435456",
    meaning: "bytes of all files in that folder; beyond, requests wait in memory",
  },
  SPOOR_REPORT: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether losses and findings are sent to the receiver, as log records",
  },
  SPOOR_OPEN_SPANS: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether spans that do not end in time are reported, with what they wait for",
  },
  SPOOR_OPEN_SPAN_THRESHOLD: {
    kind: "ms",
    fallback: "1000",
    meaning: "how long a span may be open before it is reported",
  },
  SPOOR_OPEN_SPAN_ROUTES: {
    kind: "pairs",
    fallback: "none",
    meaning: "other thresholds, by span name or route: `GET /events=60000,POST /checkout=500`",
  },
  SPOOR_WAIT_QUERIES: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether a database is asked, over one more connection, what a statement waits for",
  },
  SPOOR_AGENT_SECRET: {
    kind: "text",
    fallback: "none: no agent is asked",
    meaning: "the secret of the agents (`spoor agent`) that know the processes of other machines",
  },
  SPOOR_AGENT_PORT: {
    kind: "count",
    fallback: "4316",
    meaning: "the port on which those agents listen",
  },
  SPOOR_LOOP_WATCH: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether a thread watches the event loop, to tell what blocks it while it is blocked",
  },
  SPOOR_OFFICIAL_INSTRUMENTATIONS: {
    kind: "list",
    fallback: "none",
    meaning:
      "official packages in the place of our own: any of `http,fetch,express,fastify,pg,ioredis`",
  },
  SPOOR_SQL_SANITISED: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether SQL is recorded with `?` in the place of literals",
  },
  SPOOR_CONSOLE_IDS: {
    kind: "boolean",
    fallback: "true",
    meaning: "whether console lines that are written within a span end with its ids",
  },
} as const;

/** The name of a setting. */
export type VariableName = keyof typeof VARIABLES;

/** All of them, in the order of the documentation. */
// The keys of an object that has exactly these.
export const VARIABLE_NAMES: readonly VariableName[] = Object.keys(VARIABLES) as VariableName[];

/** What a setting of the kinds `choice` and `choices` may be. */
export const CHOICES: Partial<Record<VariableName, readonly string[]>> = {
  OTEL_NODE_RESOURCE_DETECTORS: DETECTOR_NAMES,
  OTEL_PROPAGATORS: PROPAGATOR_NAMES,
  OTEL_TRACES_SAMPLER: SAMPLER_NAMES,
  OTEL_TRACES_EXPORTER: EXPORTER_NAMES,
  OTEL_LOGS_EXPORTER: LOGS_EXPORTER_NAMES,
  OTEL_EXPORTER_OTLP_PROTOCOL: PROTOCOL_NAMES,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: PROTOCOL_NAMES,
  OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: PROTOCOL_NAMES,
  OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: COMPRESSION_NAMES,
  OTEL_EXPORTER_OTLP_COMPRESSION: COMPRESSION_NAMES,
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: COMPRESSION_NAMES,
  OTEL_LOG_LEVEL: LOG_LEVELS,
};
