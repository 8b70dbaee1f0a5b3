import type { ClickHouseClient } from "@clickhouse/client";
import { keys, OUTLINE_KIND_SHIFT, OutlineFlag, SpanOutlines } from "@spoor/trace";

import type { OutlineRead } from "../port/trace-store.ts";
import { type KeyedTexts, UINT16, UINT64 } from "./column-type.ts";
import { NativeBlockReader } from "./native-block-reader.ts";
import { runNativeQuery } from "./run-query.ts";

/**
 * The order is that of `buildSkeleton`, which then need not sort. Of the attributes only the keys
 * are read, as a column of their own.
 */
const SELECT_OUTLINES = `
SELECT
  span_id, parent_id,
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS start,
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts) + dur) AS end,
  service, name,
  toUInt16(
    if(status = 2, ${OutlineFlag.error}, 0)
    + if(events.ts.size0 > 0, ${OutlineFlag.hasEvents}, 0)
    + if(links.flags.size0 > 0, ${OutlineFlag.hasLinks}, 0)
    + if(dropped_attrs + dropped_events + dropped_links > 0
        OR hasAny(attrs_s.keys, ['${keys.spoorTruncated}', '${keys.spoorTruncatedKeys}']),
      ${OutlineFlag.cut}, 0)
    + bitShiftLeft(toUInt16(kind), ${OUTLINE_KIND_SHIFT})
  )
FROM spans
WHERE trace_id = unhex({traceId:String})
  AND tb IN (SELECT tb FROM trace_summaries WHERE trace_id = unhex({traceId:String}))
ORDER BY start, end, span_id
LIMIT {limit:UInt64}`;

const COLUMN_COUNT = 7;

/** The outlines of a trace; undefined when it has no span. */
export async function readOutlines(
  client: ClickHouseClient,
  options: { readonly traceId: string; readonly spanLimit: number },
): Promise<OutlineRead | undefined> {
  const { traceId, spanLimit } = options;
  const parameters = { traceId, limit: spanLimit + 1 };
  const verb = "read the outlines of a trace";
  const { bytes, scannedRows } = await runNativeQuery(client, verb, SELECT_OUTLINES, parameters);
  const outlines = new SpanOutlines();
  const reader = new NativeBlockReader(bytes);
  while (reader.nextBlock(COLUMN_COUNT)) appendBlock(reader, outlines);
  if (outlines.count === 0) return undefined;
  const hasMore = outlines.count > spanLimit;
  outlines.count = Math.min(outlines.count, spanLimit);
  return { outlines, hasMore, scannedRows };
}

function appendBlock(reader: NativeBlockReader, outlines: SpanOutlines): void {
  const first = outlines.addRows(reader.rowCount);
  const ids = outlines;
  copyIds(reader.fixed("FixedString(8)", 8), { first, high: ids.spanIdHigh, low: ids.spanIdLow });
  copyIds(reader.fixed("FixedString(8)", 8), {
    first,
    high: ids.parentIdHigh,
    low: ids.parentIdLow,
  });
  outlines.startTimeUnixNano.set(reader.column(UINT64), first);
  outlines.endTimeUnixNano.set(reader.column(UINT64), first);
  copyTexts(reader.keyedTexts(), { first, column: outlines.service, table: outlines.services });
  copyTexts(reader.keyedTexts(), { first, column: outlines.name, table: outlines.names });
  outlines.flags.set(reader.column(UINT16), first);
}

function copyIds(
  bytes: Uint8Array,
  to: { readonly first: number; readonly high: Uint32Array; readonly low: Uint32Array },
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / 8;
  for (let row = 0; row < count; row += 1) {
    to.high[to.first + row] = view.getUint32(row * 8);
    to.low[to.first + row] = view.getUint32(row * 8 + 4);
  }
}

function copyTexts(
  texts: KeyedTexts,
  to: {
    readonly first: number;
    readonly column: Uint32Array;
    readonly table: SpanOutlines["services"];
  },
): void {
  const indexOfKey = Uint32Array.from({ length: texts.keys.length }, () => UNSEEN);
  for (let row = 0; row < texts.rows.length; row += 1) {
    const key = texts.rows[row] ?? 0;
    // By first use, not by key: a block may carry keys that none of its rows has.
    if (indexOfKey[key] === UNSEEN) indexOfKey[key] = to.table.indexOf(texts.keys[key] ?? "");
    to.column[to.first + row] = indexOfKey[key] ?? 0;
  }
}

const UNSEEN = 0xffff_ffff;
