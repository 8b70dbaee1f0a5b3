/*
 * The official SDK for the services of examples/checkout-504, in the place of ours: loaded with
 * `--import` through DEMO_TELEMETRY. A test compares the two trees.
 *
 * Everything that differs between machines comes from the standard variables, which the SDK reads
 * itself: OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_PROTOCOL (grpc, http/protobuf or http/json),
 * OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. Without the last
 * two every trace is recorded; parentbased_traceidratio with 0.1 records one in ten.
 */
import { register } from "node:module";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { IORedisInstrumentation } from "@opentelemetry/instrumentation-ioredis";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK } from "@opentelemetry/sdk-node";

// ES modules need this hook. Without it pg and fetch are still traced, but ioredis and the server
// side of node:http are not, and nothing says so.
register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);

const sdk = new NodeSDK({
  instrumentations: [
    // A span for every request that comes in. Those that go out use fetch: UndiciInstrumentation.
    new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
    new UndiciInstrumentation(),
    // Statements without their parameters, and no spans for the connections of the pool.
    new PgInstrumentation({ enhancedDatabaseReporting: false, ignoreConnectSpans: true }),
    new IORedisInstrumentation(),
  ],
  // Traces only: left out, the SDK would also send metrics and logs.
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();

// A service that was told to stop closes its server and its connections. Then nothing keeps the
// process alive any more, and what the exporter still holds is sent before it ends.
process.once("beforeExit", () => {
  sdk.shutdown().catch((error: unknown) => console.error("telemetry: spans were lost:", error));
});
