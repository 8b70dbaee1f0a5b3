/*
 * Whatever a sender says comes out as it went in: random spans with every field that OTLP has, over
 * every protocol and compression, through the server and ClickHouse, and back through the API.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { after, before, suite, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { encodeTracesJson, encodeTracesProtobuf, grpcFrame } from "@spoor/otlp";
import type { Span } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { storedSpans } from "../stored-trace.ts";

const RUNS = 12;

/** A request that takes longer hangs, and the test says which instead of hanging with it. */
const ANSWER_MS_MAX = 20_000;

/** Ends the search for a smaller example of a failure while there is time left to report it. */
const PROPERTY_MS_MAX = 60_000;

const COMPRESSIONS = {
  none: (body: Uint8Array) => body,
  gzip: (body: Uint8Array) => gzipSync(body),
  zstd: (body: Uint8Array) => zstdCompressSync(body),
} as const;

type Compression = keyof typeof COMPRESSIONS;

let spoor: SpoorProcess;
let session: ClientHttp2Session;
before(async () => {
  spoor = await startSpoor();
  session = connect(`http://127.0.0.1:${spoor.grpcPort}`);
});
after(async () => {
  session.close();
  await spoor.stop();
});

const SENDERS: Readonly<
  Record<string, (spans: readonly Span[], compression: Compression) => Promise<void>>
> = {
  "OTLP/gRPC": async (spans, compression) => {
    const isCompressed = compression !== "none";
    const stream = session.request({
      ":method": "POST",
      ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "content-type": "application/grpc",
      te: "trailers",
      ...(isCompressed ? { "grpc-encoding": compression } : {}),
    });
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const trailers = once(stream, "trailers", { signal });
    stream.resume();
    const body = COMPRESSIONS[compression](encodeTracesProtobuf(spans));
    stream.end(grpcFrame(body, { isCompressed }));
    // Node gives the listeners of "trailers" an object of headers first.
    const [{ "grpc-status": status, "grpc-message": message }] = (await trailers) as [
      Readonly<Record<string, string>>,
    ];
    assert.equal(status, "0", message);
  },
  "OTLP/HTTP with protobuf": async (spans, compression) => {
    await post(encodeTracesProtobuf(spans), { type: "application/x-protobuf", compression });
  },
  "OTLP/HTTP with JSON": async (spans, compression) => {
    const body = Buffer.from(JSON.stringify(encodeTracesJson(spans)));
    await post(body, { type: "application/json", compression });
  },
};

interface HowToPost {
  readonly type: string;
  readonly compression: Compression;
}

async function post(body: Uint8Array, { type, compression }: HowToPost): Promise<void> {
  const encoding = compression === "none" ? {} : { "content-encoding": compression };
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": type, ...encoding },
    // The types of fetch want a buffer that is not shared.
    body: new Uint8Array(COMPRESSIONS[compression](body)),
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  });
  assert.equal(response.status, 200, await response.text());
}

/**
 * The same spans in two traces that nobody else has. Random ids are often small, so they repeat:
 * of two spans with one id the first is kept, since the API tells them apart by nothing else.
 */
function inNewTraces(spans: readonly Span[]): Span[] {
  const traceIds = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const moved = new Map<string, Span>();
  for (const [index, span] of spans.entries()) {
    const traceId = traceIds[index % 2] ?? span.traceId;
    const key = `${traceId} ${span.spanId}`;
    if (!moved.has(key)) moved.set(key, { ...span, traceId });
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
