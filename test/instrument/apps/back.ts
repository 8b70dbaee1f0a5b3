/* Bare node:http; asks an address where nobody listens with the package undici, and goes on. */
import { createServer } from "node:http";
import { request } from "undici";
import { required, untilDisconnected } from "./lifecycle.ts";

const closedUrl = required("CLOSED_URL");
const server = createServer((incoming, outgoing) => {
  incoming.resume();
  // Fires in the context of the connection unless somebody takes care.
  incoming.on("end", () => {
    request(closedUrl).then(
      () => outgoing.writeHead(500).end(),
      () => outgoing.end("7 EUR"),
    );
  });
});
server.listen(0, "127.0.0.1");
untilDisconnected(server, () => Promise.resolve());
