/* The queue on disk, as an application has it: SPOOR_QUEUE_DIR and nothing else. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { freePort, startHttpReceiver, takeHttp } from "@spoor/sdk/test-receiver";
import { runTraced } from "./traced-process.ts";

test("process.exit() loses no span: they are stored, told, and sent by the next process", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "spoor-queue-"));
  context.after(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const environment = {
    SPOOR_QUEUE_DIR: folder,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  };
  const program = "store-and-exit.ts";
  const end = await runTraced({ program, story: "exit", environment });
  assert.match(
    end.stderr,
    /^spoor: 405 spans in .*spoor-queue-.*, for the next process to send$/mu,
  );
  assert.ok(!end.stderr.includes("lost"), end.stderr);
  const receiver = await startHttpReceiver(takeHttp, port);
  context.after(() => receiver.close());
  const next = await runTraced({ program, story: "drain", environment });
  assert.equal(next.exitCode, 0, next.stderr);
  assert.deepEqual(JSON.parse(next.stdout), { sent: 405, lost: [], waiting: 0, stored: 0 });
  assert.equal(new Set(receiver.spans().map(({ spanId }) => spanId)).size, 405);
  assert.deepEqual(await readdir(folder), []);
});
