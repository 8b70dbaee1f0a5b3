/*
 * The official SDK for the libraries of request-app.ts: set up as its documentation says, or, with
 * BENCH_SAME_SPANS=1, without the spans that ours does not make: one for each middleware and
 * handler, and one for each time a connection is taken from the pool.
 */
import { register } from "node:module";
import { ExpressInstrumentation, ExpressLayerType } from "@opentelemetry/instrumentation-express";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { IORedisInstrumentation } from "@opentelemetry/instrumentation-ioredis";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK } from "@opentelemetry/sdk-node";

register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);

const hasSameSpans = process.env["BENCH_SAME_SPANS"] === "1";
const layers = [
  ExpressLayerType.MIDDLEWARE,
  ExpressLayerType.ROUTER,
  ExpressLayerType.REQUEST_HANDLER,
];
const sdk = new NodeSDK({
  instrumentations: [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    new ExpressInstrumentation({ ignoreLayersType: hasSameSpans ? layers : [] }),
    new PgInstrumentation({ ignoreConnectSpans: hasSameSpans }),
    new IORedisInstrumentation(),
  ],
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();
