/* Takes OTLP over HTTP and throws it away, in a process of its own. */
import { createServer } from "node:http";

let requestCount = 0;
let byteCount = 0;
const server = createServer((request, response) => {
  request.on("data", (chunk: Buffer) => (byteCount += chunk.length));
  request.on("end", () => {
    requestCount += 1;
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.({ port: address?.port });
});
process.on("message", () => process.send?.({ requestCount, byteCount }));
process.once("disconnect", () => process.exit());
