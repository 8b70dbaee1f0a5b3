/*
 * What goes wrong with the official SDK for Node on the way out of the process, one test for each,
 * in real processes against real receivers: here it goes right. The names say the defect.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { decodeLogsProtobuf } from "@spoor/otlp";
import {
  freePort,
  startGrpcReceiver,
  startHttpReceiver,
  takeHttp,
  type TestReceiver,
} from "@spoor/sdk/test-receiver";
import { LogBatch, logRecordsOf, LossLedger } from "@spoor/trace";
import { startSpoor } from "../spoor-process.ts";
import { type ProcessEnd, runTraced, startTraced } from "./traced-process.ts";

function environmentOf({ endpoint }: TestReceiver): Record<string, string> {
  const { protocol, port } = endpoint;
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  };
}

/** Spans that the receiver took. An id counts once, or a repeated request would count. */
function spanCount(receiver: TestReceiver): number {
  return new Set(receiver.spans().map(({ spanId }) => spanId)).size;
}

async function closing(context: TestContext, receiver: TestReceiver): Promise<TestReceiver> {
  context.after(() => receiver.close());
  return receiver;
}

function assertSound({ exitCode, signal, stderr }: ProcessEnd): void {
  assert.deepEqual({ exitCode, signal }, { exitCode: 0, signal: null }, stderr);
}

test("defect 3, surplus dropped: 5,000 spans in one turn of the event loop all arrive", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const end = await runTraced({ story: "burst", environment: environmentOf(receiver) });
  assertSound(end);
  assert.equal(spanCount(receiver), 5000);
});

test("defect 3, surplus dropped: 8,000 spans/s all arrive at a receiver that takes 100 ms", async (context) => {
  const receiver = await closing(
    context,
    await startHttpReceiver((response, index) => {
      setTimeout(() => {
        takeHttp(response, index);
      }, 100);
    }),
  );
  const end = await runTraced({ story: "steady", environment: environmentOf(receiver) });
  assertSound(end);
  assert.equal(spanCount(receiver), 12_000);
});

test("defect 5, nothing exported at the end: a process that ends at once sends its spans", async (context) => {
  for (const receiver of [await startGrpcReceiver(), await startHttpReceiver()]) {
    await closing(context, receiver);
    const end = await runTraced({ story: "end", environment: environmentOf(receiver) });
    assertSound(end);
    assert.equal(spanCount(receiver), 3);
    assert.equal(receiver.spans()[0]?.resource.attributes.get("service.name"), "application");
  }
});

test("defect 5, nothing exported at the end: CommonJS needs nothing more", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const environment = environmentOf(receiver);
  assertSound(await runTraced({ program: "application.cjs", environment }));
  assert.equal(spanCount(receiver), 1);
});

test("defect 5, nothing exported at the end: a crash is printed, exits with 1, and its spans arrive", async (context) => {
  for (const [story, message] of [
    ["crash", "the application broke"],
    ["reject", "nobody caught this"],
  ] as const) {
    const receiver = await closing(context, await startGrpcReceiver());
    const end = await runTraced({ story, environment: environmentOf(receiver) });
    assert.equal(end.exitCode, 1);
    assert.match(end.stderr, new RegExp(message));
    assert.match(end.stderr, /application\.mjs:\d+/);
    assert.equal(spanCount(receiver), 3);
  }
});

test("defects 5 and 6, SIGTERM: a server that has no listener sends its spans and ends by the signal", async (context) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const receiver = await closing(context, await startGrpcReceiver());
    const server = startTraced({ story: "serve", environment: environmentOf(receiver) });
    await server.waitForText("ready");
    server.child.kill(signal);
    const end = await server.ended;
    assert.equal(end.signal, signal, end.stderr);
    assert.equal(spanCount(receiver), 3);
  }
});

test("defect 6, SIGTERM swallowed: a server that has a listener ends as it wants to, with its last spans", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const server = startTraced({ story: "graceful", environment: environmentOf(receiver) });
  await server.waitForText("ready");
  server.child.kill("SIGTERM");
  const end = await server.ended;
  assertSound(end);
  assert.match(end.stdout, /closed/);
  assert.equal(spanCount(receiver), 3);
});

test("defect 6, SIGTERM swallowed: without a receiver the signal ends the process as fast", async () => {
  const port = await freePort();
  const server = startTraced({
    story: "serve",
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
  });
  await server.waitForText("ready");
  server.child.kill("SIGTERM");
  const end = await server.ended;
  assert.equal(end.signal, "SIGTERM");
  assert.match(end.stderr, /spoor: 3 spans lost \(export_gave_up 3\)/);
});

test("defect 7, gRPC never retried: spans survive UNAVAILABLE and a broken connection", async (context) => {
  const receiver = await closing(
    context,
    await startGrpcReceiver((index, session) => {
      if (index === 0) return { code: 14, message: "starting" };
      if (index === 1) session.destroy();
      return index === 1 ? undefined : { code: 0 };
    }),
  );
  const end = await runTraced({ story: "end", environment: environmentOf(receiver) });
  assertSound(end);
  assert.equal(receiver.requests.length, 3);
  assert.match(end.stderr, /does not take spans: UNAVAILABLE: starting/);
  assert.match(end.stderr, /takes spans again; no span was lost/);
});

test("defect 8, silence: with nobody there the process says so, counts its losses and ends", async () => {
  const port = await freePort();
  for (const protocol of ["grpc", "http/protobuf"]) {
    const end = await runTraced({
      story: "burst",
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      },
    });
    assertSound(end);
    assert.match(end.stderr, /^spoor: .*5000 spans lost \(export_gave_up 5000\)$/m);
  }
});

test("defect 8, silence: a server whose receiver is down tells it at the start, and when it comes", async (context) => {
  const port = await freePort();
  const server = startTraced({
    story: "serve",
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
  });
  context.after(() => server.child.kill("SIGKILL"));
  await server.waitForText("does not answer yet: spans wait");
  const spoor = await startSpoor({ useMemoryStore: true, httpPort: port });
  context.after(() => spoor.stop());
  await spoor.waitForSpans(3);
  await server.waitForText("answers now; no span was lost");
});

test("defect 8, silence: that nobody listened is a finding, sent to the one who does later", async (context) => {
  const port = await freePort();
  const server = startTraced({
    story: "serve",
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    },
  });
  context.after(() => server.child.kill("SIGKILL"));
  await server.waitForText("does not answer yet: spans wait");
  const receiver = await closing(context, await startHttpReceiver(takeHttp, port));
  await receiver.waitForRequests(2);
  const bodies = receiver.requests.map(({ body }) => Buffer.from(body).toString("latin1"));
  assert.ok(bodies.some((body) => body.includes("endpoint_unreachable")));
  const told = server
    .stderr()
    .split("\n")
    .filter((line) => /does not|Nobody/u.test(line));
  assert.equal(told.length, 1, "told once, in one way");
});

test("defect 8, silence: a second provider is told", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const end = await runTraced({
    program: "second-start.mjs",
    environment: environmentOf(receiver),
  });
  assertSound(end);
  assert.match(end.stderr, /spoor was started twice; the first start holds/);
  assert.match(end.stdout, /the other provider was refused/);
});

test("defect 16, serverless: what was flushed is delivered when the process stops without a word", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const invocation = startTraced({
    program: "invocation.mjs",
    environment: environmentOf(receiver),
  });
  await invocation.waitForText("flushed");
  invocation.child.kill("SIGKILL");
  await invocation.ended;
  assert.match(invocation.stdout(), /flushed \{"sent":600,"lost":\[\],"waiting":0\}/);
  assert.equal(spanCount(receiver), 600);
});

test("defect 4, flush returns early: it waits for requests that are on their way", async (context) => {
  let answer: (() => void) | undefined;
  const receiver = await closing(
    context,
    await startHttpReceiver((response, index) => {
      if (index > 0) takeHttp(response, index);
      else {
        answer = () => {
          takeHttp(response, index);
        };
      }
    }),
  );
  const invocation = startTraced({
    program: "invocation.mjs",
    environment: { ...environmentOf(receiver), OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "512" },
  });
  // 512 of 600 spans leave as a full batch before anybody flushes.
  await receiver.waitForRequests(2);
  await delay(200);
  assert.equal(invocation.stdout(), "");
  answer?.();
  await invocation.waitForText("flushed");
  invocation.child.kill("SIGKILL");
  await once(invocation.child, "close");
});

test("defect 18, rejection with an array: a flush that cannot send does not end the process", async (context) => {
  const receiver = await closing(
    context,
    await startHttpReceiver((response) => response.writeHead(400).end()),
  );
  const end = await runTraced({ story: "forceFlush", environment: environmentOf(receiver) });
  assertSound(end);
  assert.match(end.stdout, /alive/);
  assert.match(end.stderr, /3 spans lost \(export_refused 3\)/);
});

test("defect 8, silence: what is traced where no SDK was started is told once", async () => {
  const program =
    'import { spoor, traced } from "@spoor/sdk"; if (process.argv[1]) spoor({ quiet: true });' +
    'traced("a", () => traced("b", () => undefined));';
  const stderrOf = async (args: readonly string[], isDisabled: boolean): Promise<string> => {
    const flags = ["--conditions=@spoor/source", "--input-type=module", "--eval", program];
    const child = await promisify(execFile)(process.execPath, [...flags, ...args], {
      env: { ...process.env, OTEL_SDK_DISABLED: String(isDisabled) },
    });
    return child.stderr;
  };
  const told = await stderrOf([], false);
  assert.equal(told.match(/tracer_never_started/gu)?.length, 1, told);
  assert.match(told, /no SDK was started.*--import @spoor\/sdk\/auto/u);
  assert.equal(await stderrOf([], true), "");
  assert.equal(await stderrOf(["start"], false), "");
});

test("process.exit() leaves no time, and what it cost is told", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const end = await runTraced({ story: "exit", environment: environmentOf(receiver) });
  assert.equal(end.exitCode, 0);
  assert.match(end.stderr, /^spoor: 3 spans lost: process\.exit\(\) leaves no time/m);
});

test("an application without a span ends at once, and SPOOR_QUIET leaves stderr empty", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const environment = { ...environmentOf(receiver), SPOOR_QUIET: "1" };
  const end = await runTraced({ story: "idle", environment });
  assertSound(end);
  assert.equal(end.stderr, "");
  assert.equal(receiver.requests.length, 0);
});

test("OTEL_SDK_DISABLED=true traces nothing, any other word but true does not disable", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const environment = environmentOf(receiver);
  await runTraced({ story: "end", environment: { ...environment, OTEL_SDK_DISABLED: "True" } });
  assert.equal(spanCount(receiver), 0);
  const end = await runTraced({
    story: "end",
    environment: { ...environment, OTEL_SDK_DISABLED: "false" },
  });
  assertSound(end);
  assert.equal(spanCount(receiver), 3);
});

test("a receiver that is there and takes nothing holds the end up for three seconds at most", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver(() => ({ code: 14 })));
  const end = await runTraced({ story: "end", environment: environmentOf(receiver) });
  assertSound(end);
  assert.match(end.stderr, /^spoor: 3 spans lost: .* did not take them in time$/m);
});

test("what was lost is reported to the server that answers", async (context) => {
  const receiver = await closing(
    context,
    await startGrpcReceiver((index) => ({ code: index === 0 ? 3 : 0, message: "no thanks" })),
  );
  const end = await runTraced({ story: "end", environment: environmentOf(receiver) });
  assertSound(end);
  const [, report] = receiver.requests;
  assert.match(report?.path ?? "", /LogsService\/Export$/);
  const batch = new LogBatch();
  decodeLogsProtobuf(report?.body ?? new Uint8Array(), batch, new LossLedger());
  const [record] = logRecordsOf(batch);
  assert.equal(record?.eventName, "spoor.loss");
  assert.equal(record?.attributes.get("spoor.loss.export_refused"), 3n);
  assert.equal(record?.resource.attributes.get("service.name"), "application");
});

test("OTEL_BSP_MAX_EXPORT_BATCH_SIZE bounds each request, and 5,000 spans arrive in 50", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const environment = { ...environmentOf(receiver), OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "100" };
  assertSound(await runTraced({ story: "burst", environment }));
  assert.equal(spanCount(receiver), 5000);
  assert.equal(receiver.requests.length, 50);
});

test("OTEL_TRACES_EXPORTER=console prints each span as OTLP/JSON and opens no connection", async (context) => {
  const receiver = await closing(context, await startGrpcReceiver());
  const environment = { ...environmentOf(receiver), OTEL_TRACES_EXPORTER: "console" };
  const end = await runTraced({ story: "end", environment });
  assertSound(end);
  assert.equal(receiver.connectionCount(), 0);
  const [line = ""] = end.stdout.split("\n");
  // OTLP/JSON, as the specification spells it.
  const { resourceSpans } = JSON.parse(line) as {
    readonly resourceSpans: readonly [
      { readonly scopeSpans: readonly [{ readonly spans: readonly { readonly name: string }[] }] },
    ];
  };
  const names = resourceSpans[0].scopeSpans[0].spans.map(({ name }) => name);
  assert.deepEqual(names, ["job 0", "job 1", "job 2"]);
});
