/*
 * The declarative configuration file of OpenTelemetry, file format 1.0
 * (open-telemetry/opentelemetry-configuration and configuration/data-model.md).
 *
 * It is turned into the same settings as the environment variables, so that one place checks them.
 * What it asks for and this SDK does not have is told, key by key.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { errorMessage } from "@spoor/trace/basics";
import { FileSection } from "./file-section.ts";
import type { TextOf, Warn } from "./read-variables.ts";
import type { ResourceValue } from "./settings.ts";
import { substitute, substituteScalars } from "./substitute.ts";
import type { VariableName } from "./variables.ts";

/** What a configuration file says. */
export interface ConfigurationFile {
  /** As if it stood in the environment. */
  readonly texts: Partial<Record<VariableName, string>>;
  readonly resource: {
    readonly attributes: ReadonlyMap<string, ResourceValue>;
    readonly schemaUrl: string;
  };
}

/** Any 1.x: a minor version only adds to the format. */
const FILE_FORMAT = /^1\.\d+(?:[-.].*)?$/;

/**
 * Reads a configuration file. Undefined, with a warning, when it cannot be read: then the
 * environment counts, because an application that is not traced for a typing error is worse.
 */
export function readConfigurationFile(
  path: string,
  environment: TextOf,
  warn: Warn,
): ConfigurationFile | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const root = path.endsWith(".json") ? fromJson(text, environment) : fromYaml(text, environment);
    return fromRoot(new FileSection(root, "", warnAbout(path, warn)));
  } catch (error) {
    warn(`OTEL_CONFIG_FILE: ${path} is not used (${errorMessage(error)})`);
    return undefined;
  }
}

function warnAbout(path: string, warn: Warn): Warn {
  return (text) => {
    warn(`${path}: ${text}`);
  };
}

function fromJson(text: string, environment: TextOf): unknown {
  return substituteScalars(JSON.parse(text), environment);
}

/** The part of the package `yaml` that is used. */
interface YamlPackage {
  parseDocument(text: string): { readonly errors: readonly Error[]; toJS(): unknown };
  visit(document: unknown, visitors: { Scalar(key: unknown, node: YamlScalar): void }): void;
  parse(text: string): unknown;
}

interface YamlScalar {
  type?: string;
  value: unknown;
  source?: string;
}

/**
 * YAML is read by the package `yaml`, which an application that has such a file installs: loading
 * it costs more than the rest of the start, and most applications have no such file.
 */
function fromYaml(text: string, environment: TextOf): unknown {
  const yaml = loadYaml();
  const document = yaml.parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  yaml.visit(document, {
    Scalar: (key, node) => {
      if (key === "key" || typeof node.value !== "string") return;
      const value = substitute(node.value, environment);
      // Only text without quotes takes another type by what it has become: "${PORT}" as a number.
      const isPlain = node.type === "PLAIN" && value !== node.value;
      node.value = isPlain && !/[\n#:]/.test(value) ? (yaml.parse(value) ?? "") : value;
    },
  });
  return document.toJS();
}

function loadYaml(): YamlPackage {
  try {
    // The package is typed by its own declarations, which a type-only import would demand of all.
    return createRequire(import.meta.url)("yaml") as YamlPackage;
  } catch (error) {
    throw new Error("reading YAML needs the package yaml: npm install yaml", { cause: error });
  }
}

function fromRoot(root: FileSection): ConfigurationFile {
  const format = root.text("file_format");
  if (format === undefined || !FILE_FORMAT.test(format)) {
    throw new Error(`its file_format is ${format ?? "missing"}; this version reads 1.0`);
  }
  const texts: Partial<Record<VariableName, string>> = {};
  const set = (name: VariableName, value: string | undefined): void => {
    if (value !== undefined) texts[name] = value;
  };
  set("OTEL_SDK_DISABLED", root.text("disabled"));
  set("OTEL_LOG_LEVEL", root.text("log_level"));
  const limits = root.section("attribute_limits");
  set("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", limits?.text("attribute_value_length_limit"));
  set("OTEL_ATTRIBUTE_COUNT_LIMIT", limits?.text("attribute_count_limit"));
  limits?.finish();
  const propagator = root.section("propagator");
  const propagators = [
    ...(propagator?.sections("composite").flatMap((entry) => entry.takeKeys()) ?? []),
    ...(propagator?.text("composite_list") ?? "").split(","),
  ];
  if (propagator !== undefined) set("OTEL_PROPAGATORS", propagators.filter(Boolean).join(","));
  propagator?.finish();
  const tracing = root.section("tracer_provider");
  if (tracing === undefined) set("OTEL_TRACES_EXPORTER", "none");
  else readTracerProvider(tracing, set);
  const resource = readResource(root.section("resource"), set);
  root.finish();
  return { texts, resource };
}

type SetText = (name: VariableName, value: string | undefined) => void;

function readResource(
  section: FileSection | undefined,
  set: SetText,
): ConfigurationFile["resource"] {
  const attributes = new Map<string, ResourceValue>();
  for (const entry of section?.sections("attributes") ?? []) {
    const name = entry.text("name");
    const value = entry.attributeValue();
    if (name !== undefined && value !== undefined) attributes.set(name, value);
    entry.finish();
  }
  set("OTEL_RESOURCE_ATTRIBUTES", section?.text("attributes_list"));
  const schemaUrl = section?.text("schema_url") ?? "";
  section?.finish();
  return { attributes, schemaUrl };
}

function readTracerProvider(section: FileSection, set: SetText): void {
  const limits = section.section("limits");
  const limitNames = {
    attribute_value_length_limit: "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    attribute_count_limit: "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    event_count_limit: "OTEL_SPAN_EVENT_COUNT_LIMIT",
    link_count_limit: "OTEL_SPAN_LINK_COUNT_LIMIT",
    event_attribute_count_limit: "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    link_attribute_count_limit: "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
  } as const;
  for (const [key, name] of Object.entries(limitNames)) set(name, limits?.text(key));
  limits?.finish();
  const sampler = section.section("sampler");
  if (sampler !== undefined) readSampler(sampler, set);
  const processors = section.sections("processors");
  const [first, ...others] = processors;
  if (first === undefined) set("OTEL_TRACES_EXPORTER", "none");
  else readProcessor(first, set);
  for (const other of others) other.complain("only the first processor is used");
  section.finish();
}

function readProcessor(section: FileSection, set: SetText): void {
  const batch = section.section("batch") ?? section.section("simple");
  set("OTEL_BSP_SCHEDULE_DELAY", batch?.text("schedule_delay"));
  set("OTEL_BSP_EXPORT_TIMEOUT", batch?.text("export_timeout"));
  set("OTEL_BSP_MAX_QUEUE_SIZE", batch?.text("max_queue_size"));
  set("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", batch?.text("max_export_batch_size"));
  const exporter = batch?.section("exporter");
  const http = exporter?.section("otlp_http");
  const grpc = exporter?.section("otlp_grpc");
  if (http !== undefined) readExporter(http, "http/protobuf", set);
  else if (grpc !== undefined) readExporter(grpc, "grpc", set);
  else if (exporter?.has("console") === true) set("OTEL_TRACES_EXPORTER", "console");
  else set("OTEL_TRACES_EXPORTER", "none");
  exporter?.finish();
  batch?.finish();
  section.finish();
}

function readExporter(section: FileSection, protocol: string, set: SetText): void {
  set("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", protocol);
  set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", section.text("endpoint"));
  set("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", section.text("compression"));
  set("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", section.text("timeout"));
  const headers = section.sections("headers").map((entry) => {
    const pair = `${encodeURIComponent(entry.text("name") ?? "")}=${encodeURIComponent(entry.text("value") ?? "")}`;
    entry.finish();
    return pair;
  });
  const list = section.text("headers_list");
  // Entries win over the list, and what comes last wins.
  const all = [...(list === undefined ? [] : [list]), ...headers].join(",");
  if (all !== "") set("OTEL_EXPORTER_OTLP_TRACES_HEADERS", all);
  const tls = section.section("tls");
  set("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", tls?.text("ca_file"));
  set("OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", tls?.text("cert_file"));
  set("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", tls?.text("key_file"));
  set("OTEL_EXPORTER_OTLP_TRACES_INSECURE", tls?.text("insecure"));
  tls?.finish();
  const encoding = section.text("encoding");
  if (encoding !== undefined && encoding !== "protobuf") {
    section.complain(`encoding ${encoding} is sent as protobuf`);
  }
  section.finish();
}

function readSampler(section: FileSection, set: SetText): void {
  const parent = section.section("parent_based");
  const prefix = parent === undefined ? "" : "parentbased_";
  const root = parent === undefined ? section : parent.section("root");
  const ratio = root?.section("trace_id_ratio_based");
  if (ratio !== undefined) {
    set("OTEL_TRACES_SAMPLER", `${prefix}traceidratio`);
    set("OTEL_TRACES_SAMPLER_ARG", ratio.text("ratio"));
    ratio.finish();
  } else if (root?.has("always_off") === true) set("OTEL_TRACES_SAMPLER", `${prefix}always_off`);
  else if (root === undefined || root.has("always_on")) {
    set("OTEL_TRACES_SAMPLER", `${prefix}always_on`);
  }
  if (root !== section) root?.finish();
  parent?.finish();
  section.finish();
}
