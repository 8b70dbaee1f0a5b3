import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanKind, StatusCode } from "@spoor/trace";
import { readTraceFile } from "./trace-file.ts";

test("the download of Jaeger's page keeps parents, kinds, statuses, tags and logs", async () => {
  const document = {
    data: [
      {
        traceID: "abc",
        spans: [
          {
            traceID: "abc",
            spanID: "1",
            operationName: "GET /",
            processID: "p1",
            startTime: 1_700_000_000_000_001,
            duration: 5,
            references: [],
            logs: [],
            tags: [{ key: "span.kind", type: "string", value: "server" }],
          },
          {
            traceID: "abc",
            spanID: "2",
            operationName: "SELECT",
            processID: "p2",
            startTime: 1_700_000_000_000_002,
            duration: 2,
            references: [
              { refType: "CHILD_OF", traceID: "abc", spanID: "1" },
              { refType: "FOLLOWS_FROM", traceID: "def", spanID: "9" },
            ],
            tags: [
              { key: "error", type: "bool", value: true },
              { key: "otel.status_description", type: "string", value: "gone" },
              { key: "rows", type: "int64", value: 3 },
              { key: "share", type: "float64", value: 0.5 },
            ],
            logs: [
              {
                timestamp: 1_700_000_000_000_003,
                fields: [
                  { key: "event", type: "string", value: "exception" },
                  { key: "exception.message", type: "string", value: "gone" },
                ],
              },
            ],
          },
        ],
        processes: { p1: { serviceName: "web", tags: [] }, p2: { serviceName: "db" } },
      },
    ],
  };
  const { traces } = await readTraceFile(new File([JSON.stringify(document)], "jaeger.json"));
  const [root, call] = traces[0]?.spans ?? [];
  assert.equal(root?.kind, SpanKind.server);
  assert.equal(root?.startTimeUnixNano, 1_700_000_000_000_001_000n);
  assert.equal(call?.traceId, "abc".padStart(32, "0"));
  assert.equal(call?.parentSpanId, "1".padStart(16, "0"));
  assert.equal(call?.endTimeUnixNano, 1_700_000_000_000_004_000n);
  assert.deepEqual(call?.status, { code: StatusCode.error, message: "gone" });
  assert.deepEqual(
    [...(call?.attributes ?? [])],
    [
      ["rows", 3n],
      ["share", 0.5],
    ],
  );
  assert.equal(call?.resource.attributes.get("service.name"), "db");
  assert.equal(call?.events[0]?.name, "exception");
  assert.equal(call?.links[0]?.spanId, "9".padStart(16, "0"));
});
