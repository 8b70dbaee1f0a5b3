/*
 * How an application starts to send, in three lines for each language.
 */
import { useState } from "react";
import { CopyButton } from "../design/copy-button.tsx";
import "./set-up.css";

/** What {@link SetUp} takes. */
export interface SetUpProps {
  readonly httpPort: number;
}

interface Language {
  readonly name: string;
  readonly lines: (ports: SetUpProps) => readonly string[];
}

/** SDKs whose default is gRPC are told the protocol with the port: HTTP passes every proxy. */
const OTLP_HTTP = "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf";

const LANGUAGES: readonly Language[] = [
  {
    name: "Node",
    lines: ({ httpPort }) => [
      "npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node",
      `export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${httpPort} OTEL_METRICS_EXPORTER=none`,
      "OTEL_SERVICE_NAME=my-app node --require @opentelemetry/auto-instrumentations-node/register app.js",
    ],
  },
  {
    name: "Python",
    lines: ({ httpPort }) => [
      "pip install opentelemetry-distro opentelemetry-exporter-otlp && opentelemetry-bootstrap -a install",
      `export ${OTLP_HTTP} OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${httpPort}`,
      "OTEL_SERVICE_NAME=my-app opentelemetry-instrument python app.py",
    ],
  },
  {
    name: "Java",
    lines: ({ httpPort }) => [
      "curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar",
      `export ${OTLP_HTTP} OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${httpPort}`,
      "OTEL_SERVICE_NAME=my-app java -javaagent:opentelemetry-javaagent.jar -jar app.jar",
    ],
  },
  {
    name: "Go",
    lines: ({ httpPort }) => [
      "go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp",
      `export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${httpPort}`,
      "otel.SetTracerProvider(trace.NewTracerProvider(trace.WithBatcher(exporter)))  // from otlptracehttp.New",
    ],
  },
  {
    name: ".NET",
    lines: ({ httpPort }) => [
      "dotnet add package OpenTelemetry.Extensions.Hosting && dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol",
      `export ${OTLP_HTTP} OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${httpPort}`,
      'builder.Services.AddOpenTelemetry().WithTracing(t => t.AddSource("*").AddOtlpExporter());',
    ],
  },
  {
    name: "Anything else",
    lines: ({ httpPort }) => [
      `export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:${httpPort}`,
      `export ${OTLP_HTTP}`,
      "export OTEL_SERVICE_NAME=my-app",
    ],
  },
];

/** The languages as buttons, and the lines of one. */
export function SetUp(ports: SetUpProps) {
  const [chosen, setChosen] = useState("Node");
  const language = LANGUAGES.find(({ name }) => name === chosen);
  const lines = language?.lines(ports) ?? [];
  return (
    <div className="set-up">
      <fieldset>
        <legend className="visually-hidden">Language</legend>
        {LANGUAGES.map(({ name }) => (
          <button
            key={name}
            type="button"
            className="button"
            aria-pressed={name === chosen}
            onClick={() => setChosen(name)}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls by keys too */}
      <pre tabIndex={0} aria-label={`Three lines for ${chosen}`}>
        {lines.join("\n")}
      </pre>
      <CopyButton text={lines.join("\n")} what="lines" />
    </div>
  );
}
