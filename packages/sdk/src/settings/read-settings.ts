import { resolve } from "node:path";
import {
  ATTEMPT_MS_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_FOLDER_BYTES_MAX,
  RETRY_BUDGET_MS,
} from "../base/export-limits.ts";
import { type ConfigurationFile, readConfigurationFile } from "./configuration-file.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { Endpoint, ExportSettings, Protocol } from "./export-settings.ts";
import { Variables, type Warn } from "./read-variables.ts";
import type {
  DetectorName,
  LimitSettings,
  OpenSpanSettings,
  PropagatorName,
  ResourceSettings,
  ResourceValue,
  SamplerSettings,
  Settings,
} from "./settings.ts";
import type { SettingsOptions } from "./settings-options.ts";
import {
  COMPRESSION_NAMES,
  DETECTOR_NAMES,
  EXPORTER_NAMES,
  LOG_LEVELS,
  LOGS_EXPORTER_NAMES,
  PROPAGATOR_NAMES,
  PROTOCOL_NAMES,
  SAMPLER_NAMES,
  VARIABLE_NAMES,
  type VariableName,
} from "./variables.ts";

/** The count of the specification where a span may hold several of something. */
const LIMIT_DEFAULT = 128;

/** OVERDUE_MS of @spoor/trace, which is loaded only when something is overdue. */
const OPEN_SPAN_THRESHOLD_MS = 1000;

/** Where `spoor agent` listens unless it was told otherwise. */
const AGENT_PORT = 4316;

/**
 * The settings of this process: `options`, then the configuration file or else the environment,
 * then the defaults. Never throws; what cannot be used is told to `warn`, and the default holds.
 */
export function readSettings(options: SettingsOptions, warn: Warn): Settings {
  const environment = options.environment ?? process.env;
  const path = environment["OTEL_CONFIG_FILE"]?.trim();
  const file =
    path === undefined || path === "" ? undefined : readConfigurationFile(path, environment, warn);
  const variables = new Variables(file?.texts ?? environment, warn);
  // Ours are not the file's to know.
  const own = new Variables(environment, warn);
  return {
    isDisabled: variables.boolean("OTEL_SDK_DISABLED") ?? false,
    verbosity: verbosityOf(options, variables, own),
    resource: resourceSettings(options, variables, file),
    sampler: samplerSettings(options, variables, warn),
    propagators: propagatorSettings(variables),
    limits: limitSettings(variables),
    exporter: variables.choice(EXPORTER_NAMES, "OTEL_TRACES_EXPORTER") ?? "otlp",
    areLogsSent: variables.choice(LOGS_EXPORTER_NAMES, "OTEL_LOGS_EXPORTER") === "otlp",
    isReporting: own.boolean("SPOOR_REPORT") ?? true,
    openSpans: openSpanSettings(own, warn),
    enabledInstrumentations: variables.list("OTEL_NODE_ENABLED_INSTRUMENTATIONS"),
    disabledInstrumentations: variables.list("OTEL_NODE_DISABLED_INSTRUMENTATIONS") ?? [],
    officialInstrumentations: own.list("SPOOR_OFFICIAL_INSTRUMENTATIONS") ?? [],
    isSqlSanitised: own.boolean("SPOOR_SQL_SANITISED") ?? true,
    hasConsoleIds: own.boolean("SPOOR_CONSOLE_IDS") ?? true,
    export: exportSettings({ options, variables, own, warn, signal: "TRACES" }),
    logsExport: logsExportSettings({ options, variables, own, warn, signal: "LOGS" }),
  };
}

function openSpanSettings(own: Variables, warn: Warn): OpenSpanSettings {
  const thresholdsMs = new Map<string, number>();
  for (const [route, text] of own.pairs("SPOOR_OPEN_SPAN_ROUTES") ?? []) {
    const thresholdMs = Number(text);
    if (Number.isFinite(thresholdMs) && thresholdMs > 0) thresholdsMs.set(route, thresholdMs);
    else warn(`SPOOR_OPEN_SPAN_ROUTES: "${text}" of ${route} is no number of milliseconds`);
  }
  return {
    areReported: own.boolean("SPOOR_OPEN_SPANS") ?? true,
    thresholdMs: own.number("SPOOR_OPEN_SPAN_THRESHOLD") ?? OPEN_SPAN_THRESHOLD_MS,
    thresholdsMs,
    areDatabasesAsked: own.boolean("SPOOR_WAIT_QUERIES") ?? true,
    agents: agentSettings(own),
    isLoopWatched: own.boolean("SPOOR_LOOP_WATCH") ?? true,
  };
}

function agentSettings(own: Variables): OpenSpanSettings["agents"] {
  const secret = own.text("SPOOR_AGENT_SECRET");
  if (secret === undefined) return undefined;
  return { secret, port: own.number("SPOOR_AGENT_PORT") ?? AGENT_PORT };
}

function verbosityOf(
  { quiet }: SettingsOptions,
  variables: Variables,
  own: Variables,
): Settings["verbosity"] {
  const level = variables.choice(LOG_LEVELS, "OTEL_LOG_LEVEL");
  if (quiet ?? own.boolean("SPOOR_QUIET") ?? level === "none") return "silent";
  return level === "error" || level === "warn" ? "problems" : "all";
}

function resourceSettings(
  options: SettingsOptions,
  variables: Variables,
  file: ConfigurationFile | undefined,
): ResourceSettings {
  const attributes = new Map<string, ResourceValue>(variables.pairs("OTEL_RESOURCE_ATTRIBUTES"));
  for (const [key, value] of file?.resource.attributes ?? []) attributes.set(key, value);
  const service = options.service ?? variables.text("OTEL_SERVICE_NAME");
  if (service !== undefined) attributes.set("service.name", service);
  if (options.version !== undefined) attributes.set("service.version", options.version);
  for (const [key, value] of Object.entries(options.resource ?? {})) attributes.set(key, value);
  return {
    attributes,
    schemaUrl: file?.resource.schemaUrl ?? "",
    detectors: detectorSettings(variables),
  };
}

function detectorSettings(variables: Variables): ReadonlySet<DetectorName> {
  const all = DETECTOR_NAMES.filter((name) => name !== "all" && name !== "none");
  const named = variables.choices(DETECTOR_NAMES, "OTEL_NODE_RESOURCE_DETECTORS");
  if (named === undefined || named.includes("all")) return new Set(all);
  return new Set(all.filter((name) => named.includes(name)));
}

function propagatorSettings(variables: Variables): readonly PropagatorName[] {
  const named = variables.choices(PROPAGATOR_NAMES, "OTEL_PROPAGATORS");
  return (named ?? ["tracecontext", "baggage"]).filter((name) => name !== "none");
}

function samplerSettings(
  { sampler }: SettingsOptions,
  variables: Variables,
  warn: Warn,
): SamplerSettings {
  if (sampler !== undefined) {
    const settings = parseSampler(sampler);
    if (settings !== undefined) return settings;
    const known = `a share such as 0.1 or "10%", or one of ${SAMPLER_NAMES.join(", ")}`;
    warn(`sampler: ${JSON.stringify(sampler)} is not used; it may be ${known}`);
  }
  const name = variables.choice(SAMPLER_NAMES, "OTEL_TRACES_SAMPLER") ?? "parentbased_always_on";
  const text = variables.text("OTEL_TRACES_SAMPLER_ARG");
  const ratio = text === undefined ? 1 : Number(text);
  if (!(ratio >= 0 && ratio <= 1)) {
    if (name.endsWith("ratio")) {
      variables.warn("OTEL_TRACES_SAMPLER_ARG", "it is not a number from 0 to 1");
    }
    return { name, ratio: 1 };
  }
  return { name, ratio };
}

/** A share as a number or a percentage, or a name with an optional share: `traceidratio=0.1`. */
function parseSampler(sampler: number | string): SamplerSettings | undefined {
  const text = String(sampler).trim().toLowerCase();
  const [word = "", argument] = text.split("=");
  const name = SAMPLER_NAMES.find((known) => known === word);
  const share = parseShare(name === undefined ? text : (argument ?? "1"));
  if (share === undefined) return undefined;
  return { name: name ?? "parentbased_traceidratio", ratio: share };
}

function parseShare(text: string): number | undefined {
  const match = /^(\d*\.?\d+(?:e-?\d+)?)\s*(%?)$/.exec(text);
  if (match === null) return undefined;
  const share = Number(match[1]) / (match[2] === "%" ? 100 : 1);
  return share >= 0 && share <= 1 ? share : undefined;
}

function limitSettings(variables: Variables): LimitSettings {
  const count = (...names: readonly VariableName[]): number =>
    variables.number(...names) ?? LIMIT_DEFAULT;
  return {
    attributeValueLengthLimit:
      variables.number(
        "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
      ) ?? Number.POSITIVE_INFINITY,
    attributeCountLimit: count("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"),
    eventCountLimit: count("OTEL_SPAN_EVENT_COUNT_LIMIT"),
    linkCountLimit: count("OTEL_SPAN_LINK_COUNT_LIMIT"),
    attributePerEventCountLimit: count(
      "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
      "OTEL_ATTRIBUTE_COUNT_LIMIT",
    ),
    attributePerLinkCountLimit: count(
      "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
      "OTEL_ATTRIBUTE_COUNT_LIMIT",
    ),
  };
}

interface Sources {
  readonly options: SettingsOptions;
  readonly variables: Variables;
  readonly own: Variables;
  readonly warn: Warn;
  /** As the names of variables for one signal spell it. */
  readonly signal: "TRACES" | "LOGS";
}

/** Variables that send log records another way than spans. */
const LOGS_VARIABLES = VARIABLE_NAMES.filter((name) => name.startsWith("OTEL_EXPORTER_OTLP_LOGS_"));

/** Undefined where log records take the way of the spans. */
function logsExportSettings(sources: Sources): ExportSettings | undefined {
  const isOwn = LOGS_VARIABLES.some((name) => sources.variables.text(name) !== undefined);
  if (!isOwn) return undefined;
  const settings = exportSettings(sources);
  const isElsewhere = sources.variables.text("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT") !== undefined;
  if (isElsewhere) return settings;
  // An address for spans alone still says where to look for the one for logs.
  return { ...settings, endpoint: endpointSettings({ ...sources, signal: "TRACES" }) };
}

function exportSettings(sources: Sources): ExportSettings {
  const { options, variables, own, signal } = sources;
  return {
    endpoint: endpointSettings(sources),
    headers: headerSettings(sources),
    compression:
      options.compression ??
      variables.choice(
        COMPRESSION_NAMES,
        `OTEL_EXPORTER_OTLP_${signal}_COMPRESSION`,
        "OTEL_EXPORTER_OTLP_COMPRESSION",
      ) ??
      "auto",
    certificates: {
      authorities: variables.file(
        `OTEL_EXPORTER_OTLP_${signal}_CERTIFICATE`,
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
      ),
      clientCertificate: variables.file(
        `OTEL_EXPORTER_OTLP_${signal}_CLIENT_CERTIFICATE`,
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
      ),
      clientKey: variables.file(
        `OTEL_EXPORTER_OTLP_${signal}_CLIENT_KEY`,
        "OTEL_EXPORTER_OTLP_CLIENT_KEY",
      ),
    },
    attemptMsMax:
      positive(
        variables.number(`OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`, "OTEL_EXPORTER_OTLP_TIMEOUT"),
      ) ?? ATTEMPT_MS_MAX,
    queueBytesMax: positive(own.number("SPOOR_QUEUE_BYTES")) ?? QUEUE_BYTES_MAX,
    queueFolder: folderSettings(sources),
    queueFolderBytesMax: positive(own.number("SPOOR_QUEUE_DIR_BYTES")) ?? QUEUE_FOLDER_BYTES_MAX,
    queueSpanCountMax: positive(variables.number("OTEL_BSP_MAX_QUEUE_SIZE")),
    batchSpanCount: positive(variables.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")),
    flushDelayMs: variables.number("OTEL_BSP_SCHEDULE_DELAY"),
    retryBudgetMs: positive(variables.number("OTEL_BSP_EXPORT_TIMEOUT")) ?? RETRY_BUDGET_MS,
  };
}

/** Absolute, because an application may change its working directory. */
function folderSettings({ options, own }: Sources): string | undefined {
  const folder = options.queueFolder ?? own.text("SPOOR_QUEUE_DIR");
  return folder === undefined ? undefined : resolve(folder);
}

/** 0 of something that has to be there means the default. */
function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function headerSettings({ options, variables, signal }: Sources): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const sources = [
    variables.pairs("OTEL_EXPORTER_OTLP_HEADERS") ?? [],
    variables.pairs(`OTEL_EXPORTER_OTLP_${signal}_HEADERS`) ?? [],
    Object.entries(options.headers ?? {}),
  ];
  for (const source of sources) {
    for (const [name, value] of source) headers.set(name.toLowerCase(), value);
  }
  return headers;
}

function endpointSettings({ options, variables, warn, signal }: Sources): Endpoint | undefined {
  const protocol = options.protocol ?? protocolSettings(variables, signal);
  const isInsecure = variables.boolean(
    `OTEL_EXPORTER_OTLP_${signal}_INSECURE`,
    "OTEL_EXPORTER_OTLP_INSECURE",
  );
  const candidates = [
    ["endpoint", options.endpoint],
    [
      `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`,
      variables.text(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`),
    ],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", variables.text("OTEL_EXPORTER_OTLP_ENDPOINT")],
  ] as const;
  for (const [name, text] of candidates) {
    if (text === undefined) continue;
    const isForOne = name === `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
    const only = isForOne ? signal : undefined;
    const endpoint = parseEndpoint(text, { protocol, only, isInsecure });
    if (endpoint !== undefined) return endpoint;
    warn(`${name}: ${JSON.stringify(text)} is not used (it is not the address of a receiver)`);
  }
  // A protocol without an address means its port on this machine; without both, look for one.
  return protocol === undefined
    ? undefined
    : parseEndpoint("localhost", { protocol, only: undefined, isInsecure: true });
}

function protocolSettings(variables: Variables, signal: Sources["signal"]): Protocol | undefined {
  const names = [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, "OTEL_EXPORTER_OTLP_PROTOCOL"] as const;
  const protocol = variables.choice(PROTOCOL_NAMES, ...names);
  if (protocol !== "http/json") return protocol;
  const name = variables.text(names[0]) === undefined ? names[1] : names[0];
  variables.warn(name, "spans are kept as protobuf and sent as http/protobuf");
  return "http/protobuf";
}
