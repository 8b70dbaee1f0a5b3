/*
 * Reports of an open span, written by docs/formats/open-spans.md and sent by the unmodified
 * official SDK for Node: `node otel-node-reports.ts grpc|http/protobuf|http/json ENDPOINT`. The
 * span never ends. Prints its ids.
 */
import { context, logs, SeverityNumber, trace } from "@opentelemetry/api";
import { OTLPLogExporter as GrpcExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { BatchLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { NodeSDK } from "@opentelemetry/sdk-node";

const [protocol = "", endpoint = ""] = process.argv.slice(2);

function exporterFor(name: string): GrpcExporter | JsonExporter | ProtobufExporter {
  if (name === "grpc") return new GrpcExporter({ url: endpoint });
  if (name === "http/protobuf") return new ProtobufExporter({ url: `${endpoint}/v1/logs` });
  if (name === "http/json") return new JsonExporter({ url: `${endpoint}/v1/logs` });
  throw new Error(`cannot send over "${name}": it is none of grpc, http/protobuf, http/json`);
}

const sdk = new NodeSDK({
  serviceName: "payment-api",
  metricReaders: [],
  traceExporter: { export: () => {}, shutdown: () => Promise.resolve() },
  logRecordProcessors: [new BatchLogRecordProcessor({ exporter: exporterFor(protocol) })],
});
sdk.start();

const logger = logs.getLogger("reports", "1.2.3");
const span = trace.getTracer("payment-api").startSpan("charge");
const { traceId, spanId } = span.spanContext();
const startUnixNano = `${BigInt(Date.now() - 3000) * 1_000_000n}`;
/** On every report. */
const ofProcess = { "spoor.process.start_unix_nano": `${BigInt(Date.now() - 9000) * 1_000_000n}` };

context.with(trace.setSpan(context.active(), span), () => {
  logger.emit({
    eventName: "spoor.span.open",
    severityNumber: SeverityNumber.WARN,
    body: "payment-api: charge still open after 3s, waiting for a connection of the pool",
    attributes: {
      ...ofProcess,
      "spoor.process.snapshot": 1,
      "spoor.open.seq": 1,
      "spoor.open.start_unix_nano": startUnixNano,
      "spoor.open.name": "charge",
      "spoor.open.kind": "internal",
      "spoor.open.next_ms": 60_000,
      "spoor.wait.kind": "pool",
      "spoor.wait.certainty": "seen",
      "order.id": "1001",
    },
  });
});
logger.emit({
  eventName: "spoor.process.open",
  severityNumber: SeverityNumber.INFO,
  body: "payment-api: 1 open span",
  attributes: {
    ...ofProcess,
    "spoor.process.snapshot": 1,
    "spoor.process.spans": [`${traceId}-${spanId}`],
    "spoor.process.span_count": 1,
    "spoor.process.next_ms": 60_000,
  },
});
await sdk.shutdown();
console.log(JSON.stringify({ traceId, spanId }));
