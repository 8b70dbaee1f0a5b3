/*
 * Takes whatever is sent over HTTP in a process of its own, and counts the bytes, and the spans of
 * OTLP. Whoever sends a message gets the numbers so far.
 */
import { createServer } from "node:http";
import { decodeTracesProtobuf } from "@spoor/otlp";
import { LossLedger, SpanBatch } from "@spoor/trace";

let spanCount = 0;
let byteCount = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    const body = Buffer.concat(chunks);
    byteCount += body.length;
    if (request.url !== "/v1/traces") return;
    const batch = new SpanBatch();
    decodeTracesProtobuf(body, batch, new LossLedger());
    spanCount += batch.spanCount;
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.({ port: address?.port });
});
process.on("message", () => process.send?.({ spanCount, byteCount }));
process.once("disconnect", () => process.exit());
