/*
 * Damages valid requests and checks what must hold for any bytes at all: decoding returns, a
 * malformed request leaves no trace, and whatever was accepted can be read back.
 *
 * Runs small inside the tests. For longer: node --conditions=@spoor/source <this file> [seconds]
 */
import assert from "node:assert/strict";
import { LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import { encodeTracesProtobuf } from "./encode-protobuf.ts";

/** What came of the damaged bodies. */
export interface FuzzTally {
  acceptedCount: number;
  malformedCount: number;
}

/** Decodes damaged variants of `bodyCount` random requests. */
export function fuzzDecode({ seed, bodyCount }: { seed: number; bodyCount: number }): FuzzTally {
  const tally: FuzzTally = { acceptedCount: 0, malformedCount: 0 };
  const batch = new SpanBatch();
  for (const spans of fc.sample(randomSpans, { seed, numRuns: bodyCount })) {
    const body = encodeTracesProtobuf(spans);
    for (let length = 0; length < body.length; length += 1) {
      decodeDamaged(batch, body.subarray(0, length), tally);
    }
    for (let at = 0; at < body.length; at += 1) {
      for (const flip of [0x01, 0x80, 0x7f, 0xff]) {
        const damaged = body.slice();
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        decodeDamaged(batch, damaged, tally);
      }
    }
  }
  return tally;
}

function decodeDamaged(batch: SpanBatch, body: Uint8Array, tally: FuzzTally): void {
  const mark = batch.mark();
  const rejectedBefore = new LossLedger();
  const result = decodeTracesProtobuf(body, batch, rejectedBefore);
  if (result.malformed !== undefined) {
    tally.malformedCount += 1;
    assert.deepEqual(batch.mark(), mark);
    assert.deepEqual(rejectedBefore.entries(), []);
    return;
  }
  tally.acceptedCount += 1;
  assert.equal(batch.spanCount - mark.spanCount, result.spanCount);
  assert.equal(rejectedBefore.of("span_id_invalid"), result.rejectedSpanCount);
  assert.equal(spansOf(batch).length, batch.spanCount);
  batch.rollback(mark);
}

if (import.meta.main) {
  const seconds = Number(process.argv[2] ?? 20);
  const start = process.hrtime.bigint();
  for (let seed = 1; process.hrtime.bigint() - start < seconds * 1e9; seed += 1) {
    console.log(seed, fuzzDecode({ seed, bodyCount: 10 }));
  }
}
