import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fromKeyValues, type InflightAnswer, type TraceAnswer } from "@spoor/trace";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { runProgram } from "./run-program.ts";

const CLIENT = fileURLToPath(new URL("otel-node-reports.ts", import.meta.url));

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor({ useMemoryStore: true });
});
after(() => spoor.stop());

for (const protocol of ["grpc", "http/protobuf", "http/json"] as const) {
  test(`a span that the official SDK reports over ${protocol} is open, with what it waits for`, async () => {
    const port = protocol === "grpc" ? spoor.grpcPort : spoor.httpPort;
    const stdout = await runProgram(process.execPath, [
      CLIENT,
      protocol,
      `http://127.0.0.1:${port}`,
    ]);
    const { traceId, spanId } = JSON.parse(stdout);
    const response = await fetch(`${spoor.url}/api/v1/traces/${traceId}`);
    // The server under test is the one that defines its answers.
    const { open } = (await response.json()) as TraceAnswer;
    const [told] = open;
    assert.ok(open.length === 1 && told !== undefined);
    assert.deepEqual(
      [told.spanId, told.name, told.service, told.state, told.isOverdue],
      [spanId, "charge", "payment-api", "open", true],
    );
    assert.ok(told.ageMs >= 3000 && told.ageMs < 600_000, String(told.ageMs));
    assert.deepEqual(fromKeyValues(told.attributes), new Map([["order.id", "1001"]]));
    const inflight = await fetch(`${spoor.url}/api/v1/inflight`);
    // As above.
    const { groups, instances } = (await inflight.json()) as InflightAnswer;
    const request = groups
      .flatMap(({ requests }) => requests)
      .find((one) => one.traceId === traceId);
    assert.match(request?.sentence ?? "", /^payment-api waits for a connection of the pool/);
    assert.ok(
      instances.some(({ service, state }) => service === "payment-api" && state !== "gone"),
    );
  });
}
