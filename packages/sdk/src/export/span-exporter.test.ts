import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { encodeRpcStatus, encodeTracesResponse, GrpcStatus } from "@spoor/otlp";
import type { Scope } from "../base/span-sink.ts";
import type { ExportSettings } from "../settings/export-settings.ts";
import { SpanExporter } from "./span-exporter.ts";
import {
  freePort,
  startGrpcReceiver,
  startHttpReceiver,
  takeHttp,
  type GrpcAnswerer,
  type HttpAnswerer,
  type TestReceiver,
} from "./test-receiver.ts";
import { TEST_RESOURCE, testChunk, TestObserver, testSettings } from "./test-spans.ts";

/** Long enough for anything on a busy machine; a test that needs it has failed. */
const DEADLINE_MS = 30_000;

interface Bench {
  readonly receiver: TestReceiver;
  readonly exporter: SpanExporter;
  readonly observer: TestObserver;
}

function exporterTo(
  context: TestContext,
  changes: Partial<ExportSettings>,
): Omit<Bench, "receiver"> {
  const observer = new TestObserver();
  const exporter = new SpanExporter({
    settings: testSettings(changes),
    resource: TEST_RESOURCE,
    observer,
    // Pauses between tries at their shortest.
    random: () => 0,
  });
  context.after(() => {
    exporter.close();
  });
  return { exporter, observer };
}

const TEST_EVENT = {
  eventName: "spoor.loss",
  timeUnixNano: 1n,
  severityNumber: 13,
  severityText: "WARN",
  body: "9 spans lost",
  attributes: new Map(),
  traceId: "",
  spanId: "",
  flags: 0,
  scopeName: "spoor",
};

async function benchOf(
  context: TestContext,
  receiver: TestReceiver,
  changes: Partial<ExportSettings> = {},
): Promise<Bench> {
  context.after(() => receiver.close());
  return { receiver, ...exporterTo(context, { endpoint: receiver.endpoint, ...changes }) };
}

async function http(
  context: TestContext,
  answer?: HttpAnswerer,
  changes?: Partial<ExportSettings>,
): Promise<Bench> {
  return benchOf(context, await startHttpReceiver(answer), changes);
}

async function grpc(
  context: TestContext,
  answer?: GrpcAnswerer,
  changes?: Partial<ExportSettings>,
): Promise<Bench> {
  return benchOf(context, await startGrpcReceiver(answer), changes);
}

test("spans of two scopes arrive over both protocols with resource and scope", async (context) => {
  const other: Scope = { name: "other", version: "", schemaUrl: "https://example.org/schema" };
  for (const start of [http, grpc]) {
    const { receiver, exporter } = await start(context);
    exporter.accept(testChunk(3));
    exporter.accept(testChunk(2, other));
    exporter.accept(testChunk(1));
    const counts = await exporter.flush(DEADLINE_MS);
    assert.deepEqual(counts, { sent: 6, lost: [], waiting: 0 });
    const spans = receiver.spans();
    assert.equal(spans.length, 6);
    assert.deepEqual(
      spans.map(({ scope }) => [scope.name, scope.version, scope.schemaUrl]),
      [1, 2, 3, 4]
        .map(() => ["test", "1.2.3", ""])
        .concat([5, 6].map(() => ["other", "", other.schemaUrl])),
    );
    for (const { resource } of spans) {
      assert.equal(resource.attributes.get("service.name"), "checkout");
      assert.equal(resource.schemaUrl, TEST_RESOURCE.schemaUrl);
    }
  }
});

test("a timer sends what no full batch sends, and headers go with it", async (context) => {
  const headers = new Map([["x-tenant", "shop"]]);
  for (const start of [http, grpc]) {
    const { receiver, exporter } = await start(context, undefined, { headers });
    exporter.accept(testChunk(1));
    await receiver.waitForRequests(1);
    assert.equal(receiver.requests[0]?.headers["x-tenant"], "shop");
    assert.match(String(receiver.requests[0]?.headers["user-agent"]), /^Spoor-OTLP-Exporter/);
  }
});

test("what the tracer still holds is sealed by the timer and by a flush", async (context) => {
  const { receiver, exporter } = await http(context);
  let held = 1;
  exporter.attach({
    seal: () => {
      if (held > 0) exporter.accept(testChunk(held));
      held = 0;
    },
  });
  exporter.spansWaiting();
  await receiver.waitForRequests(1);
  held = 5;
  assert.equal((await exporter.flush(DEADLINE_MS)).sent, 6);
});

test("batches that fill fast leave in one request", async (context) => {
  for (const start of [http, grpc]) {
    const { receiver, exporter } = await start(context, undefined, { batchSpanCount: undefined });
    for (let index = 0; index < 4; index += 1) exporter.accept(testChunk(600));
    await receiver.waitForRequests(1);
    assert.equal(exporter.counts().waiting, 4 * 600);
    assert.deepEqual(await exporter.flush(DEADLINE_MS), { sent: 2400, lost: [], waiting: 0 });
    assert.equal(receiver.requests.length, 1);
    assert.equal(receiver.spans().length, 2400);
  }
});

test("four requests are on their way at once, not one after the other", async (context) => {
  const held: (() => void)[] = [];
  const { receiver, exporter } = await http(context, (response) => {
    held.push(() => {
      takeHttp(response, 0);
    });
  });
  for (let index = 0; index < 6; index += 1) exporter.accept(testChunk(512));
  await receiver.waitForRequests(4);
  assert.equal(exporter.counts().waiting, 6 * 512);
  const flushed = exporter.flush(DEADLINE_MS);
  while (exporter.counts().waiting > 0) {
    held.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await flushed, { sent: 6 * 512, lost: [], waiting: 0 });
});

test("429, 502, 503 and 504 are tried again, and Retry-After is waited for", async (context) => {
  const statuses = [429, 502, 503, 504];
  const times: number[] = [];
  const { exporter, observer } = await http(context, (response, index) => {
    times.push(performance.now());
    const status = statuses[index];
    if (status === undefined) takeHttp(response, index);
    else response.writeHead(status, index === 0 ? { "retry-after": "1" } : {}).end();
  });
  // Not by a flush: that tries at once, whatever the receiver has asked for.
  exporter.accept(testChunk(2));
  while (times.length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
  const counts = await exporter.flush(DEADLINE_MS);
  assert.deepEqual(counts, { sent: 2, lost: [], waiting: 0 });
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 990, times.join(" "));
  assert.deepEqual(observer.kinds, ["failing", "recovered"]);
});

test("UNAVAILABLE is tried again, RESOURCE_EXHAUSTED only with RetryInfo", async (context) => {
  const details = encodeRpcStatus({ code: 8, message: "later", retryDelayMs: 20 }, "protobuf");
  const replies = [
    { code: GrpcStatus.unavailable, message: "starting" },
    { code: GrpcStatus.resourceExhausted, details },
    { code: GrpcStatus.ok },
    { code: GrpcStatus.resourceExhausted, message: "too%20large" },
  ];
  const { receiver, exporter, observer } = await grpc(context, (index) => replies[index]);
  exporter.accept(testChunk(2));
  await receiver.waitForRequests(3);
  assert.deepEqual(await exporter.flush(DEADLINE_MS), { sent: 2, lost: [], waiting: 0 });
  exporter.accept(testChunk(3));
  const counts = await exporter.flush(DEADLINE_MS);
  assert.deepEqual(counts.lost, [{ reason: "export_refused", count: 3 }]);
  assert.equal(receiver.requests.length, 4);
  assert.equal(observer.lines.at(-1), "RESOURCE_EXHAUSTED: too large");
});

test("a refusal is not tried again and is counted span by span", async (context) => {
  const { receiver, exporter, observer } = await http(context, (response) => {
    response.writeHead(401, { "content-type": "text/plain" }).end("no\u001b[31m token\n");
  });
  exporter.accept(testChunk(7));
  const counts = await exporter.flush(DEADLINE_MS);
  assert.deepEqual(counts, { sent: 0, lost: [{ reason: "export_refused", count: 7 }], waiting: 0 });
  assert.equal(receiver.requests.length, 1);
  assert.deepEqual(observer.lines, ["HTTP 401: no [31m token"]);
});

test("spans that a receiver leaves out of a request are counted and told", async (context) => {
  const body = encodeTracesResponse({ rejectedSpanCount: 2, errorMessage: "bad ids" }, "protobuf");
  for (const { exporter, observer } of [
    await http(context, (response) => {
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end(body);
    }),
    await grpc(context, () => ({ code: 0, body })),
  ]) {
    exporter.accept(testChunk(5));
    const counts = await exporter.flush(DEADLINE_MS);
    assert.deepEqual(counts, {
      sent: 3,
      lost: [{ reason: "export_rejected", count: 2 }],
      waiting: 0,
    });
    assert.match(observer.lines.at(-1) ?? "", /left out 2 of 5 spans: bad ids/);
  }
});

test("with nobody there memory is bounded and every span is counted", async (context) => {
  const port = await freePort();
  for (const protocol of ["grpc", "http/protobuf"] as const) {
    const chunk = testChunk(100);
    const queueBytesMax = chunk.bytes.length * 30;
    const { receiver, ...rest } = await http(context);
    const endpoint = { ...receiver.endpoint, protocol, port };
    const { exporter, observer } = exporterTo(context, { endpoint, queueBytesMax });
    void rest;
    for (let index = 0; index < 50; index += 1) exporter.accept(testChunk(100));
    assert.ok(exporter.counts().waiting <= 3_000);
    const counts = await exporter.shutdown(DEADLINE_MS);
    assert.equal(counts.waiting, 0);
    assert.equal(counts.sent, 0);
    const lost = Object.fromEntries(counts.lost.map(({ reason, count }) => [reason, count]));
    assert.equal(sum(Object.values(lost)), 5_000);
    assert.ok((lost["export_queue_full"] ?? 0) >= 2_000, JSON.stringify(lost));
    assert.ok((lost["export_gave_up"] ?? 0) > 0, JSON.stringify(lost));
    assert.match(observer.lines[0] ?? "", /ECONNREFUSED/);
  }
});

test("an answer that is cut off, garbage or endless neither hangs nor loses count", async (context) => {
  const answers: readonly HttpAnswerer[] = [
    // Taken: the status says so, and only the body is lost.
    (response) => {
      response.writeHead(200, { "content-length": "1000" }).write("half");
      response.socket?.destroySoon();
    },
    (response) => {
      response.writeHead(200).end(Buffer.alloc(5_000, 0xff));
    },
    (response) => {
      response.writeHead(200).end(Buffer.alloc(1_000_000));
    },
  ];
  for (const answer of answers) {
    const { exporter, observer } = await http(context, answer);
    exporter.accept(testChunk(4));
    assert.deepEqual(await exporter.flush(DEADLINE_MS), { sent: 4, lost: [], waiting: 0 });
    assert.match(observer.lines.at(-1) ?? "", /its answer (?:was cut off|is not OTLP)/);
  }
});

test("a receiver that does not speak HTTP at all is a failure that may pass", async (context) => {
  const { receiver, exporter, observer } = await http(context, (response, index) => {
    if (index > 0) takeHttp(response, index);
    else response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n");
  });
  exporter.accept(testChunk(4));
  await receiver.waitForRequests(1);
  assert.deepEqual(await exporter.flush(DEADLINE_MS), { sent: 4, lost: [], waiting: 0 });
  assert.equal(observer.kinds[0], "failing");
});

test("a receiver that never ends its answer is left after the time of a try", async (context) => {
  const dripping: NodeJS.Timeout[] = [];
  context.after(() => {
    for (const timer of dripping) clearInterval(timer);
  });
  for (const bench of [
    await http(
      context,
      (response, index) => {
        if (index > 0) {
          takeHttp(response, index);
          return;
        }
        response.writeHead(503, { "content-length": "1000" });
        dripping.push(setInterval(() => response.write("."), 10));
      },
      { attemptMsMax: 100 },
    ),
    await grpc(context, (index) => (index === 0 ? undefined : { code: 0 }), { attemptMsMax: 100 }),
  ]) {
    bench.exporter.accept(testChunk(4));
    await bench.receiver.waitForRequests(2);
    const counts = await bench.exporter.flush(DEADLINE_MS);
    assert.deepEqual(counts, { sent: 4, lost: [], waiting: 0 });
    // The connection that did not answer is not trusted again.
    assert.equal(bench.receiver.connectionCount(), 2);
  }
});

test("a connection that breaks, or that the receiver leaves, is made again", async (context) => {
  const { receiver, exporter } = await grpc(context, (index, session) => {
    if (index === 0) session.destroy();
    if (index === 1) session.goaway();
    return index === 0 ? undefined : { code: 0 };
  });
  for (let index = 0; index < 3; index += 1) {
    exporter.accept(testChunk(1));
    await exporter.flush(DEADLINE_MS);
  }
  assert.deepEqual(exporter.counts(), { sent: 3, lost: [], waiting: 0 });
  assert.equal(receiver.connectionCount(), 3);
});

test("when the budget of a request is spent its spans are given up", async (context) => {
  const { exporter } = await http(
    context,
    (response) => {
      response.writeHead(503).end();
    },
    { retryBudgetMs: 100 },
  );
  exporter.accept(testChunk(4));
  const counts = await exporter.flush(DEADLINE_MS);
  assert.deepEqual(counts.lost, [{ reason: "export_gave_up", count: 4 }]);
});

test("a shutdown ends at its deadline, counts what was on its way, and takes nothing more", async (context) => {
  const { receiver, exporter } = await grpc(context, () => undefined);
  for (let index = 0; index < 6; index += 1) exporter.accept(testChunk(512));
  await receiver.waitForRequests(4);
  const counts = await exporter.shutdown(50);
  assert.deepEqual(counts, {
    sent: 0,
    lost: [{ reason: "export_deadline", count: 6 * 512 }],
    waiting: 0,
  });
  exporter.accept(testChunk(9));
  assert.deepEqual(exporter.losses().at(-1), { reason: "export_after_shutdown", count: 9 });
});

test("gzip goes to other machines, zstd once the receiver names it, none if it reads neither", async (context) => {
  const elsewhere = { compression: "gzip" } as const;
  for (const start of [http, grpc]) {
    const { receiver, exporter } = await start(context, undefined, elsewhere);
    exporter.accept(testChunk(50));
    assert.equal((await exporter.flush(DEADLINE_MS)).sent, 50);
    const headers = receiver.requests[0]?.headers;
    assert.equal(headers?.["content-encoding"] ?? headers?.["grpc-encoding"], "gzip");
    assert.equal(receiver.spans().length, 50);
  }
  const { receiver, exporter } = await http(
    context,
    (response, index) => {
      response.writeHead(index === 0 ? 415 : 200).end();
    },
    elsewhere,
  );
  exporter.accept(testChunk(50));
  assert.equal((await exporter.flush(DEADLINE_MS)).sent, 50);
  assert.equal(receiver.requests[1]?.headers["content-encoding"], undefined);
});

test("log records go out on the same connection, and one refusal of logs is told once", async (context) => {
  const { receiver, exporter, observer } = await grpc(context, (index) => ({
    code: index === 1 ? GrpcStatus.unimplemented : 0,
  }));
  exporter.exportLogs([TEST_EVENT]);
  await exporter.flush(DEADLINE_MS);
  assert.match(receiver.requests[0]?.path ?? "", /LogsService\/Export$/);
  assert.deepEqual(exporter.logCounts(), { sent: 1, lost: [], waiting: 0 });
  exporter.exportLogs([TEST_EVENT]);
  await exporter.flush(DEADLINE_MS);
  exporter.exportLogs([TEST_EVENT]);
  await exporter.flush(DEADLINE_MS);
  assert.deepEqual(exporter.logCounts().lost, [{ reason: "export_refused", count: 2 }]);
  assert.deepEqual(observer.kinds, ["logs"]);
  assert.equal(receiver.connectionCount(), 1);
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

test("log records with a receiver of their own go there, and spans do not", async (context) => {
  const logs = await startHttpReceiver();
  const spans = await startGrpcReceiver();
  context.after(() => Promise.all([logs.close(), spans.close()]));
  const exporter = new SpanExporter({
    settings: testSettings({ endpoint: spans.endpoint }),
    logsSettings: testSettings({ endpoint: { ...logs.endpoint, logsPath: "/in" } }),
    resource: TEST_RESOURCE,
    observer: new TestObserver(),
  });
  context.after(() => exporter.close());
  exporter.accept(testChunk(1));
  exporter.exportLogs([TEST_EVENT]);
  await exporter.flush(DEADLINE_MS);
  assert.deepEqual(
    [...spans.requests, ...logs.requests].map(({ path }) => path.split("/").at(-1)),
    ["Export", "in"],
  );
  assert.deepEqual(exporter.logCounts(), { sent: 1, lost: [], waiting: 0 });
});
