/*
 * Stands in for a payment provider such as Stripe. It belongs to somebody else: it is not
 * instrumented, and all that can be seen of it is how long it takes to answer.
 */
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const CHARGE_MS = 80;

let chargeCount = 0;

const server = createServer((request, response) => {
  void charge(request.method === "POST" && request.url === "/v1/charges").then((answer) =>
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body),
  );
});

async function charge(isKnownRoute: boolean): Promise<{ status: number; body: string }> {
  if (!isKnownRoute) return { status: 404, body: "{}" };
  await delay(CHARGE_MS);
  chargeCount += 1;
  return { status: 200, body: JSON.stringify({ id: `ch_${chargeCount}`, status: "succeeded" }) };
}

server.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.({ port: address?.port });
});

function stop(): void {
  if (process.connected) process.disconnect();
  server.close();
  server.closeAllConnections();
}
process.once("SIGTERM", stop);
process.once("disconnect", stop);
