import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type LogRecord, serviceName } from "@spoor/trace";
import { readLogRecords } from "../log-records.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { runProgram } from "./run-program.ts";

const CLIENT = fileURLToPath(new URL("otel-node-logs.ts", import.meta.url));
const CLI = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor();
});
after(() => spoor.stop());

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
}

function checkLogRecords(records: readonly LogRecord[], { traceId, spanId }: SentSpan): void {
  const [placed, failed] = records;
  assert.ok(records.length === 2 && placed !== undefined && failed !== undefined);
  for (const record of records) {
    assert.deepEqual([record.traceId, record.spanId, record.flags], [traceId, spanId, 1]);
    assert.equal(serviceName(record.resource), "payment-api");
    assert.deepEqual([record.scope.name, record.scope.version], ["payment-api", "1.2.3"]);
    assert.ok(record.observedTimeUnixNano > 0n);
  }
  assert.equal(placed.timeUnixNano % 1_000_000_000n, 123_456_789n);
  assert.deepEqual(
    [placed.severityNumber, placed.severityText, placed.eventName, placed.body],
    [9, "info", "", "order placed"],
  );
  assert.deepEqual(
    placed.attributes,
    new Map<string, unknown>([
      ["order.id", "1001"],
      ["order.items", ["item_42", "item_7"]],
      ["order.total", 42.5],
    ]),
  );
  assert.deepEqual([failed.severityNumber, failed.eventName], [17, "payment.failed"]);
  const body = new Map<string, unknown>([
    ["reason", "card declined"],
    ["attempts", 3n],
  ]);
  assert.deepEqual(failed.body, body);
}

for (const protocol of ["grpc", "http/protobuf", "http/json"] as const) {
  test(`log records of the official Node SDK are found by their trace over ${protocol}`, async () => {
    const port = protocol === "grpc" ? spoor.grpcPort : spoor.httpPort;
    const output = await runProgram(process.execPath, [
      CLIENT,
      protocol,
      `http://127.0.0.1:${port}`,
    ]);
    // Our own client prints exactly this.
    const sent = JSON.parse(output) as SentSpan;
    checkLogRecords(await readLogRecords(spoor.url, sent.traceId), sent);
    const printed = await runProgram(process.execPath, [CLI, "logs", "@last", "--url", spoor.url]);
    assert.match(
      printed,
      /^\S+Z\tinfo\tpayment-api\torder placed\n\S+Z\tERROR\tpayment-api\tpayment/,
    );
  });
}

test("every log record was counted, and none was lost", async () => {
  const { received, losses } = await spoor.status();
  assert.deepEqual([received.logRecords, received.spans, losses], [9, 3, []]);
});
