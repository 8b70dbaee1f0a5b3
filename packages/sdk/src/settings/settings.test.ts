import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readSettings } from "./read-settings.ts";
import { settingsReferencePage } from "./reference-page.ts";
import type { Settings } from "./settings.ts";
import type { SettingsOptions } from "./settings-options.ts";
import { CHOICES, type Variable, VARIABLES } from "./variables.ts";

interface Read {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

function read(environment: Record<string, string>, options: SettingsOptions = {}): Read {
  const warnings: string[] = [];
  const settings = readSettings({ ...options, environment }, (text) => warnings.push(text));
  return { settings, warnings };
}

function readFile(name: string, text: string, environment: Record<string, string> = {}): Read {
  const folder = mkdtempSync(join(tmpdir(), "spoor-settings-"));
  try {
    const path = join(folder, name);
    writeFileSync(path, text);
    const result = read({ ...environment, OTEL_CONFIG_FILE: path });
    return { ...result, warnings: result.warnings.map((line) => line.replaceAll(path, "FILE")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("docs/reference/settings.md is what the declarations say", () => {
  const path = new URL("../../../../docs/reference/settings.md", import.meta.url);
  const page = settingsReferencePage();
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, page);
  assert.equal(readFileSync(path, "utf8"), page, "run this test with UPDATE_DOCS=1");
  for (const [name, { kind }] of Object.entries<Variable>(VARIABLES)) {
    assert.equal(name in CHOICES, kind.startsWith("choice"), name);
  }
});

test("without any setting the defaults of the specification hold, and nobody is warned", () => {
  const { settings, warnings } = read({});
  assert.deepEqual(warnings, []);
  assert.equal(settings.isDisabled, false);
  assert.deepEqual(settings.sampler, { name: "parentbased_always_on", ratio: 1 });
  assert.deepEqual(settings.propagators, ["tracecontext", "baggage"]);
  assert.equal(settings.limits.attributeCountLimit, 128);
  assert.equal(settings.limits.attributeValueLengthLimit, Number.POSITIVE_INFINITY);
  assert.equal(settings.export.endpoint, undefined);
  assert.equal(settings.export.attemptMsMax, 10_000);
  assert.equal(settings.export.batchSpanCount, undefined);
});

test("only true disables the SDK; a word that is neither true nor false is told", () => {
  for (const [word, isDisabled, warningCount] of [
    ["true", true, 0],
    ["TRUE", true, 0],
    ["false", false, 0],
    ["False", false, 0],
    ["", false, 0],
    ["1", false, 1],
    ["yes", false, 1],
  ] as const) {
    const { settings, warnings } = read({ OTEL_SDK_DISABLED: word });
    assert.deepEqual([settings.isDisabled, warnings.length], [isDisabled, warningCount], word);
  }
});

test("a sampler is one word: a share, a percentage or a name", () => {
  for (const [sampler, name, ratio] of [
    [0.1, "parentbased_traceidratio", 0.1],
    ["10%", "parentbased_traceidratio", 0.1],
    ["0.25", "parentbased_traceidratio", 0.25],
    [0, "parentbased_traceidratio", 0],
    ["always_off", "always_off", 1],
    ["traceidratio=0.5", "traceidratio", 0.5],
  ] as const) {
    assert.deepEqual(read({}, { sampler }).settings.sampler, { name, ratio });
  }
  const { settings, warnings } = read({}, { sampler: "150%" });
  assert.equal(settings.sampler.name, "parentbased_always_on");
  assert.match(warnings[0] ?? "", /sampler: "150%" is not used/);
});

test("a value that cannot be used is told and counts as not set", () => {
  const { settings, warnings } = read({
    OTEL_TRACES_SAMPLER: "sometimes",
    OTEL_BSP_SCHEDULE_DELAY: "soon",
    OTEL_PROPAGATORS: "b3,xray,b3",
    OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://collector",
    OTEL_RESOURCE_ATTRIBUTES: "team=shop,broken",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20secret,broken",
    OTEL_EXPORTER_OTLP_CERTIFICATE: "/no/such/file.pem",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  });
  assert.equal(settings.sampler.name, "parentbased_always_on");
  assert.equal(settings.export.flushDelayMs, undefined);
  assert.deepEqual(settings.propagators, ["b3"]);
  assert.equal(settings.export.endpoint?.protocol, "http/protobuf");
  assert.equal(settings.export.endpoint?.host, "localhost");
  assert.equal(settings.resource.attributes.size, 0);
  assert.equal(settings.export.headers.size, 0);
  assert.equal(warnings.length, 8, warnings.join("\n"));
  assert.ok(!warnings.join().includes("secret"));
});

test("an argument that a sampler does not read is no matter", () => {
  assert.deepEqual(read({ OTEL_TRACES_SAMPLER_ARG: "endpoint=x" }).warnings, []);
  const wrong = read({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "2" });
  assert.equal(wrong.settings.sampler.ratio, 1);
  assert.equal(wrong.warnings.length, 1);
});

test("addresses are read as the specification of the OTLP exporter says", () => {
  for (const [environment, expected] of [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/base/" }, "http c:4318 /base/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://c/in?key=1" }, "https c:443 /in?key=1"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317" }, "grpc http c:4317"],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "c:5000", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      "grpc http c:5000",
    ],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "c:5000",
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
        OTEL_EXPORTER_OTLP_INSECURE: "false",
      },
      "grpc https c:5000",
    ],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "grpc http localhost:4317"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://[::1]:4318" }, "http ::1:4318 /v1/traces"],
  ] as const) {
    const { endpoint } = read(environment).settings.export;
    const scheme = endpoint?.isSecure === true ? "https" : "http";
    const place = `${scheme} ${endpoint?.host}:${endpoint?.port}`;
    const text =
      endpoint?.protocol === "grpc" ? `grpc ${place}` : `${place} ${endpoint?.tracesPath}`;
    assert.equal(text, expected);
  }
});

test("what is for spans wins over what is for all signals, and code wins over both", () => {
  const environment = {
    OTEL_SERVICE_NAME: "from environment",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=ignored,team=a%2Cb%20c",
    OTEL_EXPORTER_OTLP_TIMEOUT: "1",
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "2",
    OTEL_EXPORTER_OTLP_HEADERS: "A=1,b=2",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=3",
    OTEL_ATTRIBUTE_COUNT_LIMIT: "7",
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "8",
  };
  const { settings, warnings } = read(environment, { headers: { C: "4" } });
  assert.deepEqual(warnings, []);
  assert.equal(settings.resource.attributes.get("service.name"), "from environment");
  assert.equal(settings.resource.attributes.get("team"), "a,b c");
  assert.equal(settings.export.attemptMsMax, 2);
  assert.deepEqual(Object.fromEntries(settings.export.headers), { a: "1", b: "3", c: "4" });
  assert.equal(settings.limits.attributeCountLimit, 8);
  assert.equal(settings.limits.attributePerEventCountLimit, 7);
  const named = read(environment, { service: "from code" });
  assert.equal(named.settings.resource.attributes.get("service.name"), "from code");
});

test("log records go the way of the spans unless something is said about theirs", () => {
  assert.equal(
    read({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318" }).settings.logsExport,
    undefined,
  );
  const { settings, warnings } = read({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318",
    OTEL_EXPORTER_OTLP_HEADERS: "x=1,y=1",
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://b:9/in?k",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "y=2",
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: "77",
  });
  assert.deepEqual(warnings, []);
  const { endpoint, headers, attemptMsMax } = settings.logsExport ?? settings.export;
  assert.deepEqual([endpoint?.host, endpoint?.port, endpoint?.logsPath], ["b", 9, "/in?k"]);
  assert.deepEqual(
    [...headers],
    [
      ["x", "1"],
      ["y", "2"],
    ],
  );
  assert.equal(attemptMsMax, 77);
  assert.equal(settings.export.endpoint?.host, "a");
  assert.equal(settings.export.headers.get("y"), "1");
  const sibling = read({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://a:4318/v1/traces",
    OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: "gzip",
  }).settings.logsExport;
  assert.deepEqual([sibling?.endpoint?.logsPath, sibling?.compression], ["/v1/logs", "gzip"]);
});

const FILE = `
file_format: "1.0"
disabled: \${DISABLED:-false}
resource:
  schema_url: https://opentelemetry.io/schemas/1.37.0
  attributes:
    - name: service.name
      value: "\${SERVICE} & co"
    - name: shop.size
      value: \${SIZE}
      type: int
    - { name: price, value: "$$\{SIZE}" }
attribute_limits:
  attribute_count_limit: 50
propagator:
  composite:
    - tracecontext:
    - b3:
tracer_provider:
  processors:
    - batch:
        schedule_delay: 300
        exporter:
          otlp_grpc:
            endpoint: https://collector:4317
            headers:
              - { name: api-key, value: "a=b,c" }
            tls: { insecure: false }
            shiny: true
  sampler:
    parent_based:
      root:
        trace_id_ratio_based: { ratio: 0.1 }
meter_provider: {}
`;

test("a configuration file says the same in its own words, and alone", () => {
  const { settings, warnings } = readFile("otel.yaml", FILE, {
    SERVICE: "shop: x",
    SIZE: "42",
    OTEL_SERVICE_NAME: "not this",
    OTEL_TRACES_SAMPLER: "always_off",
  });
  assert.deepEqual(warnings, [
    "FILE: tracer_provider.processors[0].batch.exporter.otlp_grpc.shiny is not supported",
  ]);
  assert.deepEqual(Object.fromEntries(settings.resource.attributes), {
    "service.name": "shop: x & co",
    "shop.size": 42,
    price: "${SIZE}",
  });
  assert.deepEqual(settings.sampler, { name: "parentbased_traceidratio", ratio: 0.1 });
  assert.deepEqual(settings.propagators, ["tracecontext", "b3"]);
  assert.equal(settings.limits.attributeCountLimit, 50);
  assert.equal(settings.export.flushDelayMs, 300);
  const { endpoint, headers } = settings.export;
  assert.deepEqual(
    [endpoint?.protocol, endpoint?.isSecure, endpoint?.host, endpoint?.port],
    ["grpc", true, "collector", 4317],
  );
  assert.equal(headers.get("api-key"), "a=b,c");
});

test("a configuration file may be JSON, and one without a tracer sends nothing", () => {
  const { settings, warnings } = readFile("otel.json", '{"file_format":"1.0"}');
  assert.deepEqual(warnings, []);
  assert.equal(settings.exporter, "none");
});

test("a configuration file that cannot be read is told, and the environment counts", () => {
  for (const [text, problem] of [
    ["file_format: [", /is not used/],
    ["file_format: '0.3'", /its file_format is 0\.3; this version reads 1\.0/],
    ["file_format: '1.0'\ndisabled: ${not a name}", /is not a reference/],
  ] as const) {
    const { settings, warnings } = readFile("otel.yaml", text, { OTEL_SERVICE_NAME: "shop" });
    assert.match(warnings.join(), problem);
    assert.equal(settings.resource.attributes.get("service.name"), "shop");
  }
});
