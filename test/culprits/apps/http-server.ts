/* A server that nobody instrumented, and how it answers: at once, never, slowly, or not at all. */
import { createServer, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const [manner = "answering", place] = process.argv.slice(2);
const isAlone = place === "alone";
const STREAM_PAUSE_MS = 100;

async function answer(response: ServerResponse): Promise<void> {
  if (manner === "silent") return;
  if (manner === "streaming") {
    for (let n = 0; n < 1000; n += 1) {
      response.write("x".repeat(100));
      await delay(STREAM_PAUSE_MS);
    }
  }
  response.end("ok");
}

const server = createServer((_request, response) => void answer(response));
if (manner === "busy") {
  // The connection is taken, and then this process computes for ever.
  server.on("connection", () => {
    setImmediate(() => {
      for (;;);
    });
  });
}
// Whoever started it may be killed, because its event loop is blocked and no signal gets through.
const starter = process.ppid;
setInterval(() => process.ppid === starter || process.exit(), 1000).unref();

const backlog = manner === "full" ? 1 : 511;
// In a namespace of its own nobody else reaches it.
const host = isAlone ? "0.0.0.0" : "127.0.0.1";
server.listen({ port: 0, host, backlog }, () => {
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  console.log(JSON.stringify({ port }));
});
