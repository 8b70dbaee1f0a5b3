/*
 * Damages valid logs requests and checks what must hold for any bytes at all: decoding returns, a
 * malformed request leaves no trace, and whatever was accepted can be read back.
 *
 * Runs small inside the tests. For longer: node --conditions=@spoor/source <this file> [seconds]
 */
import assert from "node:assert/strict";
import { LogBatch, logRecordsOf, LossLedger } from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import * as fc from "fast-check";
import { decodeLogsProtobuf } from "./decode-protobuf.ts";
import { encodeLogsProtobuf } from "./encode-protobuf.ts";

/** What came of the damaged bodies. */
export interface LogsFuzzTally {
  acceptedCount: number;
  malformedCount: number;
}

/** Decodes damaged variants of `bodyCount` random requests: cut at every byte, and flipped. */
export function fuzzDecodeLogs(options: {
  readonly seed: number;
  readonly bodyCount: number;
}): LogsFuzzTally {
  const { seed, bodyCount } = options;
  const tally: LogsFuzzTally = { acceptedCount: 0, malformedCount: 0 };
  const batch = new LogBatch();
  for (const records of fc.sample(randomLogRecords, { seed, numRuns: bodyCount })) {
    const body = encodeLogsProtobuf(records);
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

function decodeDamaged(batch: LogBatch, body: Uint8Array, tally: LogsFuzzTally): void {
  const mark = batch.mark();
  const ledger = new LossLedger();
  const result = decodeLogsProtobuf(body, batch, ledger);
  if (result.malformed !== undefined) {
    tally.malformedCount += 1;
    assert.deepEqual(batch.mark(), mark);
    assert.equal(batch.bodies.count, batch.logRecordCount);
    assert.deepEqual(ledger.entries(), []);
    return;
  }
  tally.acceptedCount += 1;
  assert.equal(batch.logRecordCount - mark.logRecordCount, result.logRecordCount);
  assert.equal(batch.bodies.count, batch.logRecordCount);
  assert.equal(logRecordsOf(batch).length, batch.logRecordCount);
  batch.rollback(mark);
}

if (import.meta.main) {
  const seconds = Number(process.argv[2] ?? 20);
  const start = process.hrtime.bigint();
  for (let seed = 1; process.hrtime.bigint() - start < seconds * 1e9; seed += 1) {
    console.log(seed, fuzzDecodeLogs({ seed, bodyCount: 10 }));
  }
}
