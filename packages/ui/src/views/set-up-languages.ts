/*
 * Three lines for each language: get it, say where to, start.
 */

/** A language or SDK, and how an application of it starts to send. */
export interface Language {
  readonly name: string;
  /** `endpoint` is the address of the port that takes OTLP/HTTP. */
  readonly lines: (endpoint: string) => readonly [string, string, string];
}

/** SDKs whose default is gRPC are told the protocol with the port: HTTP passes every proxy. */
const OTLP_HTTP = "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf";

function exported(endpoint: string, ...more: readonly string[]): string {
  return ["export", `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`, ...more].join(" ");
}

/** In the order of their buttons. */
export const LANGUAGES: readonly Language[] = [
  {
    name: "Node",
    lines: (endpoint) => [
      "npm install @spoor/sdk @opentelemetry/api",
      exported(endpoint, OTLP_HTTP),
      "OTEL_SERVICE_NAME=my-app node --import @spoor/sdk/auto app.js",
    ],
  },
  {
    name: "Node, official",
    lines: (endpoint) => [
      "npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node",
      exported(endpoint, "OTEL_METRICS_EXPORTER=none"),
      "OTEL_SERVICE_NAME=my-app node --require @opentelemetry/auto-instrumentations-node/register app.js",
    ],
  },
  {
    name: "Python",
    lines: (endpoint) => [
      "pip install opentelemetry-distro opentelemetry-exporter-otlp && opentelemetry-bootstrap -a install",
      exported(endpoint, OTLP_HTTP, "OTEL_METRICS_EXPORTER=none"),
      "OTEL_SERVICE_NAME=my-app opentelemetry-instrument python app.py",
    ],
  },
  {
    name: "Go",
    lines: (endpoint) => [
      "go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp",
      exported(endpoint, "OTEL_SERVICE_NAME=my-app"),
      "exporter, err := otlptracehttp.New(ctx); otel.SetTracerProvider(trace.NewTracerProvider(trace.WithBatcher(exporter)))",
    ],
  },
  {
    name: "Java",
    lines: (endpoint) => [
      "curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar",
      exported(endpoint, OTLP_HTTP, "OTEL_METRICS_EXPORTER=none"),
      "OTEL_SERVICE_NAME=my-app java -javaagent:opentelemetry-javaagent.jar -jar app.jar",
    ],
  },
  {
    name: ".NET",
    lines: (endpoint) => [
      "for p in Extensions.Hosting Exporter.OpenTelemetryProtocol Instrumentation.AspNetCore; do dotnet add package OpenTelemetry.$p; done",
      exported(endpoint, OTLP_HTTP, "OTEL_SERVICE_NAME=my-app"),
      "builder.Services.AddOpenTelemetry().WithTracing(t => t.AddAspNetCoreInstrumentation().AddOtlpExporter());",
    ],
  },
  {
    name: "Ruby",
    lines: (endpoint) => [
      "bundle add opentelemetry-sdk opentelemetry-exporter-otlp opentelemetry-instrumentation-all",
      exported(endpoint, "OTEL_SERVICE_NAME=my-app"),
      'require "opentelemetry/sdk"; require "opentelemetry/instrumentation/all"; OpenTelemetry::SDK.configure { |c| c.use_all }',
    ],
  },
  {
    name: "PHP",
    lines: (endpoint) => [
      "pecl install opentelemetry && composer require open-telemetry/sdk open-telemetry/exporter-otlp guzzlehttp/guzzle",
      exported(endpoint, OTLP_HTTP, "OTEL_PHP_AUTOLOAD_ENABLED=true"),
      "OTEL_SERVICE_NAME=my-app php -d extension=opentelemetry app.php",
    ],
  },
  {
    name: "Rust",
    lines: (endpoint) => [
      "cargo add opentelemetry opentelemetry_sdk opentelemetry-otlp",
      exported(endpoint, "OTEL_SERVICE_NAME=my-app"),
      [
        "let exporter = SpanExporter::builder().with_http().build()?;",
        "global::set_tracer_provider(SdkTracerProvider::builder().with_batch_exporter(exporter).build());",
      ].join(" "),
    ],
  },
  {
    name: "Anything else",
    lines: (endpoint) => [
      exported(endpoint),
      `export ${OTLP_HTTP}`,
      "export OTEL_SERVICE_NAME=my-app",
    ],
  },
];
