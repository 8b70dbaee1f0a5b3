/*
 * Whatever a sender says comes out as it went in: random spans with every field that OTLP has, over
 * every protocol and compression, through the server and ClickHouse, and back through the API.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ClientHttp2Session } from "node:http2";
import { after, before, suite, test } from "node:test";
import { encodeTracesJson, encodeTracesProtobuf } from "@spoor/otlp";
import type { Span } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { connectGrpc, sendersOf } from "../otlp-sender.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { storedSpans } from "../stored-trace.ts";

const RUNS = 12;

/** Ends the search for a smaller example of a failure while there is time left to report it. */
const PROPERTY_MS_MAX = 60_000;

let spoor: SpoorProcess;
let session: ClientHttp2Session;
before(async () => {
  spoor = await startSpoor();
  session = connectGrpc(spoor);
});
after(async () => {
  session.close();
  await spoor.stop();
});

const SENDERS = sendersOf<Span>(
  () => spoor,
  () => session,
  {
    httpPath: "/v1/traces",
    grpcPath: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    encodeProtobuf: encodeTracesProtobuf,
    encodeJson: encodeTracesJson,
  },
);

/**
 * The same spans in two traces that nobody else has. Random ids are often small, so they repeat:
 * of two spans with one id the first is kept, since the API tells them apart by nothing else. All
 * have ended: one that has not is open, and no span of the store.
 */
function inNewTraces(spans: readonly Span[]): Span[] {
  const traceIds = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const moved = new Map<string, Span>();
  for (const [index, span] of spans.entries()) {
    const traceId = traceIds[index % 2] ?? span.traceId;
    const key = `${traceId} ${span.spanId}`;
    const endTimeUnixNano = span.endTimeUnixNano || 1n;
    if (!moved.has(key)) moved.set(key, { ...span, traceId, endTimeUnixNano });
  }
  return [...moved.values()];
}

function byStart(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : 1;
}

suite("every field of every span comes back as it was sent", { concurrency: true }, () => {
  for (const [protocol, send] of Object.entries(SENDERS)) {
    for (const compression of ["none", "gzip", "zstd"] as const) {
      test(`over ${protocol}, compression ${compression}`, async () => {
        const property = fc.asyncProperty(randomSpans, async (spans) => {
          const sent = inNewTraces(spans);
          await send(sent, compression);
          for (const [traceId, expected] of Map.groupBy(sent, (span) => span.traceId)) {
            assert.deepEqual(await storedSpans(spoor, traceId), expected.toSorted(byStart));
          }
        });
        await fc.assert(property, {
          numRuns: RUNS,
          interruptAfterTimeLimit: PROPERTY_MS_MAX,
          markInterruptAsFailure: true,
        });
      });
    }
  }
});

test("nothing of all that was refused or changed", async () => {
  assert.deepEqual((await spoor.status()).losses, []);
});
