/* What `--import @spoor/sdk/auto` sends besides spans, as a receiver gets it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHttpReceiver } from "@spoor/sdk/test-receiver";
import { startApp } from "./run-apps.ts";

test("a value that is cut is sent whole as a log record, and a finding as an event", async (context) => {
  const receiver = await startHttpReceiver();
  context.after(() => receiver.close());
  const { host, port } = receiver.endpoint;
  await using app = startApp("full-value.ts", {
    isAuto: true,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_LOGS_EXPORTER: "otlp",
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "100",
      OTEL_SERVICE_NAME: "full-value",
    },
  });
  await app.ended();
  const sent = receiver.requests.map(({ path, body }) => ({
    path,
    text: Buffer.from(body).toString("latin1"),
  }));
  const spans = sent
    .filter(({ path }) => path === "/v1/traces")
    .map(({ text }) => text)
    .join("");
  const logs = sent
    .filter(({ path }) => path === "/v1/logs")
    .map(({ text }) => text)
    .join("");
  assert.ok(spans.includes("n".repeat(100)));
  assert.ok(!spans.includes("n".repeat(101)), "cut in the span");
  assert.ok(logs.includes("n".repeat(5000)), "whole in the log record");
  assert.ok(logs.includes("order.note"));
  assert.ok(logs.includes("spoor.finding"));
  assert.ok(logs.includes("started_under_ended_parent"));
  assert.match(app.errorOutput, /^spoor: "too late" was started below "work"/mu);
});
