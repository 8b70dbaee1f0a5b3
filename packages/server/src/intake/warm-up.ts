/*
 * Decodes and encodes made-up requests when a worker starts, so that the compiler knows the way
 * before the first sender comes. Its rows go nowhere. It yields after each request, and ends as
 * soon as a real one is taken: that warms up better, and must not wait.
 */
import { gzipSync } from "node:zlib";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { encodeSpanBlock } from "@spoor/store/block";
import { DECODE_LIMITS, LossLedger, plainResource, plainSpan, type Span } from "@spoor/trace";
import {
  WARM_UP_REQUESTS,
  WARM_UP_SEGMENT_REQUESTS,
  WARM_UP_SPANS_PER_REQUEST,
} from "../base/limits.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import { decodeRequest, emptied, newBatches, type SignalBatches } from "./decode-request.ts";
import { senderCounts } from "./sender-counts.ts";

/** Warms up until it is done or `isWanted` says no. Returns how many requests it decoded. */
export async function warmUp(isWanted: () => boolean): Promise<number> {
  const request = madeUpRequest();
  const ledger = new LossLedger();
  let batches = newBatches();
  for (let done = 0; done < WARM_UP_REQUESTS; done += 1) {
    // Messages of the main thread come first.
    await new Promise(setImmediate);
    if (!isWanted()) return done;
    decodeRequest(request, batches, ledger, DECODE_LIMITS);
    if ((done + 1) % WARM_UP_SEGMENT_REQUESTS === 0) batches = encoded(batches, request);
  }
  return WARM_UP_REQUESTS;
}

function encoded(batches: SignalBatches, { receivedAtUnixNano }: ReceivedRequest): SignalBatches {
  encodeSpanBlock(batches.spans, { nowUnixNano: receivedAtUnixNano });
  senderCounts(batches.spans);
  return emptied(batches);
}

function madeUpRequest(): ReceivedRequest {
  const spans = Array.from({ length: WARM_UP_SPANS_PER_REQUEST }, (_, number) =>
    madeUpSpan(number),
  );
  return {
    signal: "traces",
    encoding: "protobuf",
    compression: "gzip",
    receivedAtUnixNano: AT,
    body: gzipSync(encodeTracesProtobuf(spans), { level: 1 }),
  };
}

/** Any time: nothing is stored. */
const AT = 1_700_000_000_000_000_000n;

/** Of usual shape: texts that repeat and ids that do not, numbers, an event now and then. */
function madeUpSpan(number: number): Span {
  const id = number.toString(16);
  const hasParent = number % 8 > 0;
  return plainSpan({
    traceId: (number >> 3).toString(16).padStart(32, "1"),
    spanId: id.padStart(16, "2"),
    parentSpanId: hasParent ? (number - (number % 8)).toString(16).padStart(16, "2") : "",
    flags: 1,
    name: `step ${number % 20}`,
    kind: hasParent ? 3 : 2,
    startTimeUnixNano: AT + BigInt(number) * 1_000n,
    endTimeUnixNano: AT + BigInt(number) * 2_000n,
    status: { code: number % 50 === 0 ? 2 : 0, message: "" },
    attributes: new Map<string, string | bigint | number | boolean>([
      ["http.request.method", number % 3 === 0 ? "POST" : "GET"],
      ["http.response.status_code", BigInt(number % 5 === 0 ? 404 : 200)],
      ["url.path", `/items/${number}`],
      ["app.user.id", id],
      ["app.share", number / 7],
      ["app.is_cached", number % 2 === 0],
    ]),
    events:
      number % 4 === 0
        ? [
            {
              timeUnixNano: AT,
              name: "retry",
              attributes: new Map([["attempt", 1n]]),
              droppedAttributesCount: 0,
            },
          ]
        : [],
    resource: plainResource(`service ${number % 4}`),
    scope: {
      name: "scope",
      version: "1",
      attributes: new Map(),
      droppedAttributesCount: 0,
      schemaUrl: "",
    },
  });
}
