/*
 * A receiver of OTLP/gRPC in a process of its own, which counts the spans that it takes. Prints its
 * port, and then the number of spans so far for each line on stdin.
 */
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { decodeTracesProtobuf, grpcFrame } from "@spoor/otlp";
import { LossLedger, SpanBatch } from "@spoor/trace";

let spanCount = 0;

function count(body: Uint8Array): void {
  const batch = new SpanBatch();
  decodeTracesProtobuf(body, batch, new LossLedger());
  spanCount += batch.spanCount;
}

const server = createServer({ settings: { initialWindowSize: 1024 * 1024 } });
server.on("stream", (stream) => {
  const chunks: Buffer[] = [];
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => {
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => {
      stream.sendTrailers({ "grpc-status": "0" });
    });
    stream.end(grpcFrame(new Uint8Array()));
    count(Buffer.concat(chunks).subarray(5));
  });
});
server.on("session", (session) => session.setLocalWindowSize(16 * 1024 * 1024));
server.listen(0, "127.0.0.1", () => {
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${port}\n`);
});
createInterface({ input: process.stdin })
  .on("line", () => process.stdout.write(`${spanCount}\n`))
  .on("close", () => process.exit(0));
