import { ByteWriter } from "./byte-writer.ts";

/**
 * Writers that one block after another uses, because growing new ones costs as much as filling
 * them, and leaves that much garbage. A thread encodes one block at a time, and every block takes
 * its writers in the same order, so that each is as large as it was needed the last time.
 */
const writers: ByteWriter[] = [];
let takenCount = 0;

/** A writer with nothing in it, for as long as the present block is encoded. */
export function scratchWriter(): ByteWriter {
  const writer = (writers[takenCount] ??= new ByteWriter());
  takenCount += 1;
  writer.clear();
  return writer;
}

/**
 * Begins a block: takes all writers back. When they hold more than `bytesKeptMax`, as after an
 * unusual block, they are let go.
 */
export function takeBackScratch(bytesKeptMax: number): void {
  takenCount = 0;
  const bytes = writers.reduce((sum, writer) => sum + writer.bytes.length, 0);
  if (bytes > bytesKeptMax) writers.length = 0;
}
