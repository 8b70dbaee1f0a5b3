import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { type WaitReport, waitSentence } from "@spoor/trace";
import { startTestProgram, until } from "../base/test-program.ts";
import { explainConnection } from "./connection-wait.ts";

const skip = process.platform !== "linux" && "the queues of sockets are read on Linux only";

/** A server in a process of its own, which does `onConnection` with each connection. */
async function startPeer(
  onConnection: string,
  isDeaf = false,
): Promise<{ port: number; pid: number } & AsyncDisposable> {
  const program = startTestProgram({
    command: process.execPath,
    args: [
      "-e",
      `const server = require("node:net").createServer({ pauseOnConnect: ${isDeaf} }, (socket) => { ${onConnection} });
       server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
       process.stdin.on("data", () => { for (const end = Date.now() + 60000; Date.now() < end; ); });`,
    ],
  });
  const port = await until("the peer to listen", () => {
    const match = /port (\d+)/u.exec(program.output());
    return match === null ? undefined : Number(match[1]);
  });
  return {
    port,
    pid: program.pid,
    // Blocks its event loop, as a long computation does.
    block: () => program.child.stdin?.write("block"),
    [Symbol.asyncDispose]: () => program.kill(),
  } as { port: number; pid: number } & AsyncDisposable;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}

function explain(socket: Socket): Promise<WaitReport> {
  return explainConnection({
    local: { address: socket.localAddress ?? "", port: socket.localPort ?? 0 },
    remote: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
  });
}

const untilKind = (socket: Socket, kind: string) =>
  until(kind, async () => {
    const report = await explain(socket);
    return report.kind === kind && report;
  });

test("a peer that has read the request and does not answer is named", { skip }, async () => {
  await using peer = await startPeer("socket.resume()");
  const socket = await open(peer.port);
  socket.write("GET / HTTP/1.1\r\n\r\n");
  const report = await untilKind(socket, "http.unanswered");
  assert.equal(report.certainty, "seen");
  assert.equal(report.holders[0]?.process?.pid, peer.pid);
  assert.match(
    waitSentence(report, { who: "checkout", nowUnixNano: 0n }),
    /^checkout waits for the peer's answer \(127\.0\.0\.1:\d+\), not answered by `node -e` \(pid \d+\)$/u,
  );
  socket.destroy();
});

test(
  "a peer whose process does not read is told from one that does not answer",
  { skip },
  async () => {
    await using peer = await startPeer("", true);
    const socket = await open(peer.port);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    const report = await untilKind(socket, "http.unread");
    assert.equal(report.holders[0]?.process?.pid, peer.pid);
    assert.match(report.evidence[0]?.fact ?? "", /^18 bytes lie unread/u);
    socket.destroy();
  },
);

test("a connection that the peer has not accepted names who listens", { skip }, async () => {
  await using peer = await startPeer("");
  // Its event loop does nothing else from here on, and the kernel accepts for it.
  (peer as unknown as { block: () => void }).block();
  const report = await until("the peer to block", async () => {
    const socket = await open(peer.port);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    const current = await explain(socket);
    socket.destroy();
    return /has not accepted/u.test(current.evidence[0]?.fact ?? "") && current;
  });
  assert.equal(report.kind, "http.unread");
  assert.equal(report.holders[0]?.process?.pid, peer.pid);
});

test("an answer that this process has not read is its own matter", { skip }, async () => {
  await using peer = await startPeer("socket.write('x'.repeat(100))");
  const socket = connect({ port: peer.port, host: "127.0.0.1" });
  socket.pause();
  await once(socket, "connect");
  const report = await untilKind(socket, "eventloop");
  assert.deepEqual(report.holders, []);
  assert.match(report.evidence[0]?.fact ?? "", /have arrived and were not read/u);
  socket.destroy();
});

test("a connection that is closed is unknown, with the reason", { skip }, async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const report = await explainConnection({
    local: { address: "127.0.0.1", port: 1 },
    remote: { address: "127.0.0.1", port: 1 },
  });
  assert.equal(report.kind, "unknown");
  assert.match(report.gaps.join(), /not open any more/u);
  server.close();
});
