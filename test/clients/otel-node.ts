/*
 * The traces of article-trace.ts, sent by the unmodified official SDK for Node:
 * `node otel-node.ts grpc|http/protobuf|http/json ENDPOINT`. Prints their ids as JSON.
 */
import {
  type Attributes,
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const [protocol = "", endpoint = ""] = process.argv.slice(2);

function exporterFor(name: string): GrpcExporter | JsonExporter | ProtobufExporter {
  if (name === "grpc") return new GrpcExporter({ url: endpoint });
  if (name === "http/protobuf") return new ProtobufExporter({ url: `${endpoint}/v1/traces` });
  if (name === "http/json") return new JsonExporter({ url: `${endpoint}/v1/traces` });
  throw new Error(`cannot send over "${name}": it is none of grpc, http/protobuf, http/json`);
}

process.env["OTEL_RESOURCE_ATTRIBUTES"] = "service.version=1.0.0";
const sdk = new NodeSDK({
  serviceName: "payment-api",
  traceExporter: exporterFor(protocol),
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();

const tracer = trace.getTracer("payment-api");
const startSeconds = Math.floor(Date.now() / 1000) - 1;

/** `afterMs` after the start of the trace. The nanoseconds show whether they survive. */
function at(afterMs: number): HrTime {
  return [startSeconds, 123_456_789 + afterMs * 1_000_000];
}

interface Step {
  readonly parent: Context;
  readonly kind?: SpanKind;
  /** Start and end in ms after the start of the trace. */
  readonly times: readonly [number, number];
  readonly attributes?: Attributes;
}

function start(name: string, { parent, kind, times, attributes }: Step): [Span, Context] {
  const options = { kind: kind ?? SpanKind.INTERNAL, startTime: at(times[0]) };
  const span = tracer.startSpan(name, { ...options, attributes: attributes ?? {} }, parent);
  return [span, trace.setSpan(parent, span)];
}

function step(name: string, options: Step): void {
  start(name, options)[0].end(at(options.times[1]));
}

function checkout(): Span {
  const kind = SpanKind.CLIENT;
  const [root, context] = start("handleCheckout", {
    parent: ROOT_CONTEXT,
    kind: SpanKind.SERVER,
    times: [0, 120],
    attributes: { "user.id": "user_7", "order.id": "1001", "order.items": ["item_42", "item_7"] },
  });
  const [inventory, inInventory] = start("checkInventory", { parent: context, times: [5, 35] });
  inventory.setAttributes({ "order.id": "1001", "inventory.items_available": 3 });
  const [get] = start("redis.Get inventory:item_42", { parent: inInventory, kind, times: [6, 8] });
  get.addEvent("cache miss", { "cache.key": "inventory:item_42", "cache.hit": false }, at(7));
  get.end(at(8));
  step("postgres.Query SELECT * FROM inventory", { parent: inInventory, kind, times: [8, 35] });
  inventory.end(at(35));
  const [payment, inPayment] = start("processPayment", { parent: context, times: [35, 120] });
  const attributes = { "payment.amount": 42.5 };
  step("stripe.ChargeCreate", { parent: inPayment, kind, times: [36, 116], attributes });
  step("postgres.Exec INSERT INTO payments", { parent: inPayment, kind, times: [116, 119] });
  payment.end(at(120));
  root.setStatus({ code: SpanStatusCode.OK });
  root.end(at(120));
  return root;
}

function failure(cause: Span): Span {
  const options = { links: [{ context: cause.spanContext(), attributes: { "retry.number": 1 } }] };
  const span = tracer.startSpan("checkInventory", options, ROOT_CONTEXT);
  span.recordException(new Error("inventory: row is locked"));
  span.setStatus({ code: SpanStatusCode.ERROR, message: "inventory check failed" });
  span.end();
  return span;
}

const cause = checkout();
const failed = failure(cause);
await sdk.shutdown();
const traceIds = { checkout: cause.spanContext().traceId, failure: failed.spanContext().traceId };
console.log(JSON.stringify(traceIds));
