/*
 * What a sender is told when it does something wrong, over real connections to a real server.
 * Each case ends with a good request: the server goes on.
 */
import assert from "node:assert/strict";
import { connect } from "node:http2";
import { request } from "node:http";
import { connect as connectTcp } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import {
  decodeGrpcMessage,
  decodeLogsResponse,
  decodeRpcStatus,
  encodeTracesProtobuf,
  grpcFrame,
  GrpcStatus,
  type OtlpEncoding,
  type RpcStatus,
} from "@spoor/otlp";
import { LOSS_REASONS, type StatusAnswer } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const MIB = 1024 * 1024;
const GOOD_BODY = encodeTracesProtobuf([exampleSpan()]);
const PROTOBUF = { "content-type": "application/x-protobuf" };
const JSON_TYPE = { "content-type": "application/json" };

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor({ useMemoryStore: true });
});
after(() => spoor.stop());

interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

interface HttpQuestion {
  readonly port?: number;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

function send(question: HttpQuestion): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const outgoing = request(
    {
      host: "127.0.0.1",
      port: question.port ?? spoor.httpPort,
      method: question.method ?? "POST",
      path: question.path ?? "/v1/traces",
      headers: question.headers ?? PROTOBUF,
    },
    (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const { statusCode = 0, headers } = incoming;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks) });
      });
    },
  );
  outgoing.on("error", reject);
  outgoing.end(question.body);
  return promise;
}

async function assertServerGoesOn(): Promise<void> {
  const { status } = await send({ body: GOOD_BODY });
  assert.equal(status, 200);
}

function rpcStatus(body: Uint8Array, encoding: OtlpEncoding): RpcStatus {
  const status = decodeRpcStatus(body, encoding);
  assert.ok(!("malformed" in status));
  return status;
}

function protobufMessage({ body }: HttpAnswer): string {
  return rpcStatus(body, "protobuf").message;
}

function jsonMessage({ body }: HttpAnswer): string {
  return rpcStatus(body, "json").message;
}

test("malformed protobuf is answered with 400 and a Status in protobuf", async () => {
  const answer = await send({ body: Buffer.from([0x0a, 0xff, 0x01, 0x02]) });
  assert.equal(answer.status, 400);
  assert.equal(answer.headers["content-type"], "application/x-protobuf");
  assert.match(protobufMessage(answer), /byte/);
  await assertServerGoesOn();
});

test("malformed JSON is answered with 400 and a Status in JSON", async () => {
  const answer = await send({ headers: JSON_TYPE, body: Buffer.from('{"resourceSpans":[') });
  assert.equal(answer.status, 400);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.match(jsonMessage(answer), /JSON/);
  await assertServerGoesOn();
});

test("JSON of the wrong shape is answered with 400 and names the place", async () => {
  const body = Buffer.from('{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":7}]}]}]}');
  const answer = await send({ headers: JSON_TYPE, body });
  assert.equal(answer.status, 400);
  assert.match(jsonMessage(answer), /resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.name/);
  await assertServerGoesOn();
});

test("an unknown content type is answered with 415 and says what is read", async () => {
  const answer = await send({ headers: { "content-type": "text/plain" }, body: GOOD_BODY });
  assert.equal(answer.status, 415);
  assert.match(jsonMessage(answer), /application\/x-protobuf or application\/json/);
  await assertServerGoesOn();
});

test("an unknown content encoding is answered with 415 and says what is read", async () => {
  const answer = await send({
    headers: { ...PROTOBUF, "content-encoding": "br" },
    body: GOOD_BODY,
  });
  assert.equal(answer.status, 415);
  assert.match(protobufMessage(answer), /gzip or zstd/);
});

test("another path and another method are answered with 404 and 405", async () => {
  assert.equal((await send({ path: "/v1/metrics", body: GOOD_BODY })).status, 404);
  const answer = await send({ method: "GET" });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers["allow"], "POST");
});

test("a body of 100 MiB is answered with 413 although it is still being sent", async () => {
  const answer = await send({ body: Buffer.alloc(100 * MIB) });
  assert.equal(answer.status, 413);
  assert.match(protobufMessage(answer), /64 MiB/);
  await assertServerGoesOn();
});

test("a body of 100 MiB without a declared length is answered with 413", async () => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = request(
    {
      host: "127.0.0.1",
      port: spoor.httpPort,
      method: "POST",
      path: "/v1/traces",
      headers: PROTOBUF,
    },
    (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode ?? 0);
    },
  );
  outgoing.on("error", reject);
  const chunk = Buffer.alloc(MIB);
  for (let index = 0; index < 100; index += 1) outgoing.write(chunk);
  outgoing.end();
  assert.equal(await promise, 413);
  await assertServerGoesOn();
});

test("a gzip bomb and a zstd bomb are answered with 413", async () => {
  const zeros = Buffer.alloc(512 * MIB);
  for (const [encoding, bomb] of [
    ["gzip", gzipSync(zeros)],
    ["zstd", zstdCompressSync(zeros)],
  ] as const) {
    const answer = await send({
      headers: { ...PROTOBUF, "content-encoding": encoding },
      body: bomb,
    });
    assert.equal(answer.status, 413, encoding);
  }
  await assertServerGoesOn();
});

test("a body that is not gzip although it says so is answered with 400", async () => {
  const headers = { ...PROTOBUF, "content-encoding": "gzip" };
  const answer = await send({ headers, body: Buffer.from("this is not gzip") });
  assert.equal(answer.status, 400);
  assert.match(protobufMessage(answer), /gzip/);
});

test("an empty protobuf body is an empty request and accepted", async () => {
  const answer = await send({ body: Buffer.alloc(0) });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.length, 0);
});

test("HTTP/1.1 on the gRPC port is answered with 400 and names the right port", async () => {
  const answer = await send({ port: spoor.grpcPort, body: GOOD_BODY });
  assert.equal(answer.status, 400);
  const message = protobufMessage(answer);
  assert.match(message, new RegExp(`http://localhost:${spoor.httpPort}`));
  assert.match(message, /OTEL_EXPORTER_OTLP_PROTOCOL=grpc/);
  await assertServerGoesOn();
});

interface GrpcAnswer {
  readonly httpStatus: number;
  readonly grpcStatus: string;
  readonly message: string;
  readonly details: string;
}

const EXPORT_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

function call(options: {
  readonly port?: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}): Promise<GrpcAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<GrpcAnswer>();
  const session = connect(`http://127.0.0.1:${options.port ?? spoor.grpcPort}`);
  session.on("error", reject);
  const stream = session.request({
    ":method": "POST",
    ":path": options.path ?? EXPORT_PATH,
    "content-type": "application/grpc",
    te: "trailers",
    ...options.headers,
  });
  const seen = new Map<string, string>();
  const see = (headers: object): void => {
    for (const [name, value] of Object.entries(headers)) seen.set(name, String(value));
  };
  stream.on("response", see);
  stream.on("trailers", see);
  stream.on("error", reject);
  stream.resume();
  stream.on("close", () => {
    session.close();
    resolve({
      httpStatus: Number(seen.get(":status")),
      grpcStatus: seen.get("grpc-status") ?? "",
      message: decodeGrpcMessage(seen.get("grpc-message") ?? ""),
      details: seen.get("grpc-status-details-bin") ?? "",
    });
  });
  stream.end(options.body);
  return promise;
}

test("a good gRPC call is answered with OK", async () => {
  const answer = await call({ body: grpcFrame(GOOD_BODY) });
  assert.deepEqual([answer.httpStatus, answer.grpcStatus], [200, "0"]);
});

test("malformed protobuf over gRPC is INVALID_ARGUMENT with a Status in the details", async () => {
  const answer = await call({ body: grpcFrame(Buffer.from([0x0a, 0xff, 0x01, 0x02])) });
  assert.equal(answer.grpcStatus, String(GrpcStatus.invalidArgument));
  const status = rpcStatus(Buffer.from(answer.details, "base64"), "protobuf");
  assert.equal(status.message, answer.message);
});

test("a gRPC message that declares 100 MiB is RESOURCE_EXHAUSTED and not retryable", async () => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(100 * MIB, 1);
  const answer = await call({ body: Buffer.concat([prefix, Buffer.alloc(1024)]) });
  assert.equal(answer.grpcStatus, String(GrpcStatus.resourceExhausted));
  const status = rpcStatus(Buffer.from(answer.details, "base64"), "protobuf");
  assert.equal(status.retryDelayMs, undefined);
  assert.equal((await call({ body: grpcFrame(GOOD_BODY) })).grpcStatus, "0");
});

test("a gzip bomb over gRPC is RESOURCE_EXHAUSTED", async () => {
  const framed = Buffer.from(grpcFrame(gzipSync(Buffer.alloc(512 * MIB))));
  framed[0] = 1;
  const answer = await call({ headers: { "grpc-encoding": "gzip" }, body: framed });
  assert.equal(answer.grpcStatus, String(GrpcStatus.resourceExhausted));
});

test("a truncated gRPC message is INVALID_ARGUMENT", async () => {
  const framed = grpcFrame(GOOD_BODY);
  const answer = await call({ body: framed.subarray(0, framed.length - 3) });
  assert.equal(answer.grpcStatus, String(GrpcStatus.invalidArgument));
});

test("another gRPC method is UNIMPLEMENTED and says what is received", async () => {
  const path = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
  const answer = await call({ path, body: grpcFrame(new Uint8Array()) });
  assert.equal(answer.grpcStatus, String(GrpcStatus.unimplemented));
  assert.match(answer.message, /traces/);
});

test("gRPC on the HTTP port is told the right port", async () => {
  const answer = await call({ port: spoor.httpPort, body: grpcFrame(GOOD_BODY) });
  assert.equal(answer.grpcStatus, String(GrpcStatus.invalidArgument));
  assert.match(answer.message, new RegExp(`http://localhost:${spoor.grpcPort}`));
});

test("noise on either port closes that connection only", async () => {
  for (const port of [spoor.grpcPort, spoor.httpPort]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connectTcp(port, "127.0.0.1", () => socket.write(Buffer.alloc(4096, 0x16)));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
    await promise;
  }
  await assertServerGoesOn();
});

test("spans with a zero id are rejected one by one, the others are kept, and the sender is told", async () => {
  const good = exampleSpan();
  const spans = [good, { ...good, traceId: "0".repeat(32) }, { ...good, spanId: "0".repeat(16) }];
  const answer = await send({ body: encodeTracesProtobuf(spans) });
  assert.equal(answer.status, 200);
  // partial_success (1) { rejected_spans (1) = 2 …
  assert.deepEqual([...answer.body.subarray(2, 4)], [0x08, 2]);
  const trace = await fetch(`${spoor.url}/api/v1/traces/${good.traceId}`);
  assert.equal(trace.status, 200);
});

test("a log record with a wrong id is kept without it, and its sender is told", async () => {
  const record = { traceId: "ab", spanId: "cd", body: { stringValue: "still worth reading" } };
  const document = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
  const body = Buffer.from(JSON.stringify(document));
  const answer = await send({ path: "/v1/logs", headers: JSON_TYPE, body });
  assert.equal(answer.status, 200);
  assert.deepEqual(decodeLogsResponse(answer.body, "json"), {
    rejectedLogRecordCount: 0,
    errorMessage: `2 x ${LOSS_REASONS.log_record_id_invalid}`,
  });
});

test("malformed log records are answered like malformed spans, over both protocols", async () => {
  const body = Buffer.from([0x0a, 0xff, 0x01, 0x02]);
  const overHttp = await send({ path: "/v1/logs", body });
  assert.equal(overHttp.status, 400);
  assert.match(protobufMessage(overHttp), /byte/);
  const path = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
  const overGrpc = await call({ path, body: grpcFrame(body) });
  assert.equal(overGrpc.grpcStatus, String(GrpcStatus.invalidArgument));
  const empty = await call({ path, body: grpcFrame(new Uint8Array()) });
  assert.equal(empty.grpcStatus, String(GrpcStatus.ok));
  await assertServerGoesOn();
});

test("the status names every mistake and counts it", async () => {
  const status = (await (await fetch(`${spoor.url}/api/v1/status`)).json()) as StatusAnswer;
  const reasons = new Set(status.losses.map((loss) => loss.reason));
  for (const reason of [
    "request_malformed",
    "request_too_large",
    "request_unsupported",
    "span_id_invalid",
    "log_record_id_invalid",
  ]) {
    assert.ok(reasons.has(reason), reason);
  }
  assert.ok(status.mistakes.length > 0);
  assert.ok(status.received.spans > 0);
});
