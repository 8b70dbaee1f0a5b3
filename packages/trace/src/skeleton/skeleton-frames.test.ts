import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  encodeSkeleton,
  SKELETON_FRAME_ROWS,
  SKELETON_ROW_BYTES,
  SkeletonReader,
} from "./skeleton-frames.ts";
import type { TraceSkeleton } from "./trace-skeleton.ts";

function skeletonOf(rowCount: number): TraceSkeleton {
  const rows = Array.from({ length: rowCount }, (_, row) => row);
  return {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    startTimeUnixNano: 1_700_000_000_000_000_000n,
    rowCount,
    parentRow: Int32Array.from(rows, (row) => Math.floor((row + 2) / 3) - 1),
    startNano: Float64Array.from(rows, (row) => row * 7),
    durationNano: Float64Array.from(rows, (row) => 1e9 + row),
    service: Uint32Array.from(rows, (row) => row % 5),
    name: Uint32Array.from(rows, (row) => row % 1000),
    flags: Uint16Array.from(rows, (row) => row % 8192),
    spanIds: Uint8Array.from({ length: rowCount * 8 }, (_, at) => (at * 31) % 256),
    services: rows.slice(0, 5).map((row) => `service ${row}`),
    names: rows.slice(0, 1000).map((row) => `name ${row} ü`),
    orphanRows: Uint32Array.from(rows.filter((row) => row % 100 === 1)),
    lostParentIds: Uint8Array.from(
      rows.flatMap((row) => (row % 100 === 1 ? [row % 256, 1, 2, 3, 4, 5, 6, 7] : [])),
    ),
    copyCount: 3,
    sharedIdCount: 2,
  };
}

function bytesOf(skeleton: TraceSkeleton, end: unknown): Buffer {
  return Buffer.concat([...encodeSkeleton(skeleton, end)]);
}

test("a skeleton arrives as it was sent, wherever its bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: SKELETON_FRAME_ROWS + 100 }),
      fc.integer({ min: 1, max: 70_000 }),
      (count, pieceBytes) => {
        const sent = skeletonOf(count);
        const bytes = bytesOf(sent, { complete: true });
        const reader = new SkeletonReader();
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          reader.push(bytes.subarray(at, at + pieceBytes));
        }
        const { arrivedCount, ...arrived } = reader.skeleton ?? { arrivedCount: -1 };
        assert.equal(arrivedCount, count);
        assert.deepEqual(arrived, sent);
        assert.deepEqual(reader.end, { complete: true });
      },
    ),
    { numRuns: 20 },
  );
});

test("a skeleton cut at every byte arrives too", () => {
  const sent = skeletonOf(3);
  const reader = new SkeletonReader();
  for (const byte of bytesOf(sent, null)) reader.push(Uint8Array.of(byte));
  assert.equal(reader.skeleton?.arrivedCount, 3);
});

test("the first rows can be drawn before the others are there", () => {
  const sent = skeletonOf(3 * SKELETON_FRAME_ROWS);
  const reader = new SkeletonReader();
  let bytes = 0;
  for (const piece of encodeSkeleton(sent, null)) {
    reader.push(piece);
    bytes += piece.length;
    if ((reader.skeleton?.arrivedCount ?? 0) > 0) break;
  }
  assert.equal(reader.skeleton?.arrivedCount, SKELETON_FRAME_ROWS);
  assert.ok(bytes < SKELETON_FRAME_ROWS * SKELETON_ROW_BYTES + 40_000, `${bytes} bytes`);
});

test("what is no skeleton, of a later version, or cut off wrongly is refused in words", () => {
  const bytes = bytesOf(skeletonOf(2), null);
  const later = Buffer.from(bytes);
  later.writeUInt32LE(2, 4);
  assert.throws(() => new SkeletonReader().push(later), /of version 2, known is 1/u);
  assert.throws(() => new SkeletonReader().push(Buffer.from("<!doctype html>")), /SPSK/u);
  const tooMany = Buffer.from(
    bytes.toString("latin1").replace('"rowCount":2', '"rowCount":1'),
    "latin1",
  );
  assert.throws(() => {
    new SkeletonReader().push(tooMany);
  }, /more rows than it announced/u);
});
