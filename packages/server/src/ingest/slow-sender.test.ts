/*
 * Senders that are slow, stop, or are too many, over real connections.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { openMemoryStore } from "@spoor/store";
import { systemClock, DECODE_LIMITS } from "@spoor/trace";
import { DirectIntake } from "../intake/direct-intake.ts";
import { HTTP_TIMEOUTS } from "../ports/http-timeouts.ts";
import { createProtocolPort } from "../ports/protocol-port.ts";
import { Live } from "../live/live.ts";
import { SelfReport } from "../self/self-report.ts";
import { Admission } from "./admission.ts";
import { createOtlpGrpcServer } from "./otlp-grpc.ts";
import { createOtlpHttpServer } from "./otlp-http.ts";
import { Reception } from "./reception.ts";

const TIMEOUTS = {
  ...HTTP_TIMEOUTS,
  headersTimeout: 150,
  requestTimeout: 300,
  connectionsCheckingInterval: 20,
};
const GRPC_MS_MAX = 200;

interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly self: SelfReport;
}

/** Both protocols on one port. */
async function startReceiver(connectionsMax: number = 10): Promise<Receiver> {
  const self = new SelfReport(systemClock);
  const { ledger, accounts } = self;
  const store = openMemoryStore({ spanLimit: 10, logRecordLimit: 10, ledger });
  const intake = new DirectIntake({
    store,
    ledger,
    accounts,
    decodeLimits: DECODE_LIMITS,
    onStored: () => undefined,
  });
  const admission = new Admission();
  const live = new Live({ clock: systemClock, ledger: self.ledger, store });
  const reception = new Reception({ intake, self, live, admission, clock: systemClock });
  const http = createOtlpHttpServer(reception, TIMEOUTS);
  const grpc = createOtlpGrpcServer(reception, GRPC_MS_MAX);
  const port = createProtocolPort({
    http1: http,
    http2: grpc.server,
    onTooMany: () => reception.connectionRefused(),
    connectionsMax,
  });
  return {
    port: await listening(port),
    self,
    [Symbol.asyncDispose]: async () => {
      grpc.destroy();
      http.closeAllConnections();
      const closed = once(port, "close");
      port.close();
      await closed;
      http.close();
      await store.close();
    },
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server that listens has an address with a port.
  return (server.address() as AddressInfo).port;
}

/** Sends `text`, and then nothing; resolves with what came back until the other side closed. */
async function sendAndWait(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.setEncoding("utf8");
  socket.write(text);
  return received(socket);
}

async function received(socket: Socket): Promise<string> {
  let answer = "";
  socket.on("data", (text: string) => (answer += text));
  await once(socket, "close");
  return answer;
}

test("a request whose head does not come is cut off and counted", async () => {
  await using receiver = await startReceiver();
  const answer = await sendAndWait(receiver.port, "POST /v1/traces HTTP/1.1\r\nhost: a\r\n");
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.equal(receiver.self.ledger.of("request_timeout"), 1);
});

test("a request whose body does not come is cut off and counted", async () => {
  await using receiver = await startReceiver();
  const head =
    "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n" +
    "content-length: 100\r\n\r\n{";
  const answer = await sendAndWait(receiver.port, head);
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.equal(receiver.self.ledger.of("request_timeout"), 1);
});

test("what is no HTTP at all gets 400", async () => {
  await using receiver = await startReceiver();
  assert.match(await sendAndWait(receiver.port, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.equal(receiver.self.ledger.of("request_timeout"), 0);
});

test("a gRPC call that goes on for ever, a byte at a time, is cut off and counted", async () => {
  await using receiver = await startReceiver();
  const session = connectHttp2(`http://127.0.0.1:${receiver.port}`);
  session.on("error", () => undefined);
  const call = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "content-type": "application/grpc",
  });
  call.on("error", () => undefined);
  call.resume();
  // The prefix of a message of 64 KiB.
  call.write(Buffer.of(0, 0, 0, 255, 255));
  const trickle = setInterval(() => {
    // Between the server's answer and the close of the call it takes nothing any more.
    if (!call.writableEnded && !call.destroyed) call.write(Buffer.of(0));
  }, GRPC_MS_MAX / 10);
  // The answer is the end of it; whether the call closes by itself is up to the client.
  await once(call, "end");
  clearInterval(trickle);
  call.close();
  session.destroy();
  assert.equal(receiver.self.ledger.of("request_timeout"), 1);
});

test("connections beyond the limit are closed at once and counted", async () => {
  await using receiver = await startReceiver(2);
  const open = [connect(receiver.port, "127.0.0.1"), connect(receiver.port, "127.0.0.1")];
  await Promise.all(open.map((socket) => once(socket, "connect")));
  const third = connect(receiver.port, "127.0.0.1");
  third.on("error", () => undefined);
  third.resume();
  await once(third, "close");
  assert.equal(receiver.self.ledger.of("connection_limit"), 1);
  for (const socket of open) socket.destroy();
});
