import { type AttributeColumns, AttributeType, keys, toAnyValue } from "@spoor/trace";
import type { Cuts } from "./request-limits.ts";
import type { SignalBatch } from "./signal-batch.ts";

const encoder = new TextEncoder();

/** Appends the attributes that say what was cut to those of their owner. */
export function appendCutMarks(batch: SignalBatch, rows: AttributeColumns, cuts: Cuts): void {
  appendMark(batch, rows, { key: keys.spoorTruncated, counts: cuts.values });
  appendMark(batch, rows, { key: keys.spoorTruncatedKeys, counts: cuts.keys });
}

function appendMark(
  batch: SignalBatch,
  rows: AttributeColumns,
  { key, counts }: { readonly key: string; readonly counts: ReadonlyMap<string, number> },
): void {
  if (counts.size === 0) return;
  const map = new Map(Array.from(counts, ([name, count]) => [name, BigInt(count)]));
  const text = encoder.encode(JSON.stringify(toAnyValue(map)));
  const offset = batch.heap.appendBytes(text);
  rows.push(batch.strings.internText(key), AttributeType.nested, offset, text.length);
}
