/*
 * A span and log records about it, sent by the unmodified official SDK for Node:
 * `node otel-node-logs.ts grpc|http/protobuf|http/json ENDPOINT`. Prints the ids of the span.
 */
import { context, logs, SeverityNumber, trace } from "@opentelemetry/api";
import { OTLPLogExporter as GrpcExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as HttpTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
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
  traceExporter:
    protocol === "grpc"
      ? new OTLPTraceExporter({ url: endpoint })
      : new HttpTraceExporter({ url: `${endpoint}/v1/traces` }),
  metricReaders: [],
  logRecordProcessors: [new BatchLogRecordProcessor({ exporter: exporterFor(protocol) })],
});
sdk.start();

const logger = logs.getLogger("payment-api", "1.2.3");
const span = trace.getTracer("payment-api").startSpan("handleCheckout");
const startSeconds = Math.floor(Date.now() / 1000) - 1;

context.with(trace.setSpan(context.active(), span), () => {
  logger.emit({
    timestamp: [startSeconds, 123_456_789],
    severityNumber: SeverityNumber.INFO,
    severityText: "info",
    body: "order placed",
    attributes: { "order.id": "1001", "order.items": ["item_42", "item_7"], "order.total": 42.5 },
  });
  logger.emit({
    timestamp: [startSeconds, 123_456_790],
    severityNumber: SeverityNumber.ERROR,
    eventName: "payment.failed",
    body: { reason: "card declined", attempts: 3 },
  });
});
// Belongs to no trace: kept, and not among those of the span.
logger.emit({ body: "outside of any span" });
span.end();
await sdk.shutdown();
const { traceId, spanId } = span.spanContext();
console.log(JSON.stringify({ traceId, spanId }));
