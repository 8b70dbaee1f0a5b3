/* Calls to other services by libraries of their own: one tree on both sides of the call. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { below, MODULE_KINDS, runLibrary, spanBelow } from "./libraries.ts";
import { startSqsServer } from "./sqs-server.ts";

for (const kind of MODULE_KINDS) {
  test(`grpc in ${kind}: the server's span is below the client's, whatever kind of call`, async () => {
    const app = await runLibrary("grpc", kind);
    assert.deepEqual(below(app, "unary"), [
      "client grpc.shop.Stock/Get",
      "  server grpc.shop.Stock/Get",
      "    internal inside",
    ]);
    assert.deepEqual(below(app, "stream"), [
      "client grpc.shop.Stock/List",
      "  server grpc.shop.Stock/List",
    ]);
    const answer = app.messages.find((message) => message.answer !== undefined)?.answer;
    assert.deepEqual(answer, { got: { item: 7 }, listed: ["a", "b"] });
  });

  test(`aws-sdk in ${kind}: a call is one span, and a message carries its context`, async () => {
    await using server = await startSqsServer();
    const app = await runLibrary("aws-sdk", kind, { env: { AWS_URL: server.url } });
    assert.deepEqual(below(app, "sender"), ["producer mails send"]);
    assert.deepEqual(below(app, "receiver"), ["consumer mails receive"]);
    assert.equal(spanBelow(app, "fails", "none send").statusCode, 2);
    const { traceId, spanId } = spanBelow(app, "sender", "mails send");
    const answer = app.messages.find((message) => message.answer !== undefined)?.answer;
    assert.deepEqual(answer, [{ Body: "one", traceparent: `00-${traceId}-${spanId}-03` }]);
  });
}
