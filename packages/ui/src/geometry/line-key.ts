/*
 * A line of the waterfall by name, for the address: lines have no numbers that last, because they
 * change with every fold and with every span that arrives.
 */
import { skeletonSpanId } from "@spoor/trace";
import type { ExtraLine, ShownLines } from "./shown-rows.ts";
import type { Repeats } from "./repeats.ts";
import type { TraceShape } from "./trace-shape.ts";

/** A span id, `…~2` for the second span of one id, `parent-…`, `repeat-…`, `holder-…`. */
const KEY = /^(?:(parent|repeat|holder|hidden)-)?([0-9a-f]{16})(?:~([1-9][0-9]{0,5}))?$/;

/** What a key names: a row, and of an extra line which kind it is. */
export interface NamedLine {
  readonly kind: ExtraLine["kind"] | "span";
  /** Of the span, or of the first of those that the line stands for; -1 when there is none. */
  readonly row: number;
  /** Of a lost parent; -1 otherwise. */
  readonly lost: number;
  /** Of a note: which of those below the row. */
  readonly note: number;
}

/** The key of the span of `row`. Cost: O(rows), to tell spans of one id apart. */
export function keyOfRow(shape: TraceShape, row: number): string {
  const ids = idWords(shape);
  const [high, low] = [ids[row * 2], ids[row * 2 + 1]];
  let count = 1;
  for (let other = 0; other < row; other += 1) {
    if (ids[other * 2 + 1] === low && ids[other * 2] === high) count += 1;
  }
  const spanId = skeletonSpanId(shape.skeleton, row);
  return count === 1 ? spanId : `${spanId}~${count}`;
}

/** The key of `line`, which is a row or, below 0, an extra line. */
export function keyOfLine(
  { shape, repeats }: { readonly shape: TraceShape; readonly repeats: Repeats },
  { extras }: Pick<ShownLines, "extras">,
  line: number,
): string {
  if (line >= 0) return keyOfRow(shape, line);
  const extra = extras[-1 - line];
  if (extra === undefined) return "";
  switch (extra.kind) {
    case "lost":
      return `parent-${shape.lostParents[extra.lost]?.spanId ?? ""}`;
    case "repeat":
      return `repeat-${keyOfRow(shape, repeats.list[extra.repeat]?.rows[0] ?? 0)}`;
    case "hidden":
      return `hidden-${keyOfRow(shape, extra.row)}`;
    case "note":
      return `holder-${skeletonSpanId(shape.skeleton, extra.row)}${extra.note === 0 ? "" : `~${extra.note + 1}`}`;
  }
}

/** What `key` names in `shape`; undefined for a key of nothing that is there. Cost: O(rows). */
export function lineOfKey(shape: TraceShape, key: string): NamedLine | undefined {
  const [, prefix, spanId = "", ordinal = "1"] = KEY.exec(key) ?? [];
  if (spanId === "") return undefined;
  if (prefix === "parent") {
    const lost = shape.lostParents.findIndex((parent) => parent.spanId === spanId);
    return lost === -1 ? undefined : { kind: "lost", row: -1, lost, note: 0 };
  }
  const number = Number(ordinal);
  const isNote = prefix === "holder";
  const row = rowOfSpan(shape, spanId, isNote ? 1 : number);
  if (row === -1) return undefined;
  const kind = isNote ? "note" : prefix === "repeat" || prefix === "hidden" ? prefix : "span";
  return { kind, row, lost: -1, note: isNote ? number - 1 : 0 };
}

/** Where `named` stands among `lines`; -1 when it is not shown. */
export function placeOfLine(
  { lines, extras, lineOfRow }: ShownLines,
  repeats: Repeats,
  named: NamedLine,
): number {
  if (named.kind === "span") return lineOfRow[named.row] ?? -1;
  const index = extras.findIndex((extra) => {
    if (extra.kind !== named.kind) return false;
    switch (extra.kind) {
      case "lost":
        return extra.lost === named.lost;
      case "repeat":
        return repeats.list[extra.repeat]?.rows[0] === named.row;
      case "hidden":
        return extra.row === named.row;
      case "note":
        return extra.row === named.row && extra.note === named.note;
    }
  });
  return index === -1 ? -1 : lines.indexOf(-1 - index);
}

/** The row of the `ordinal`th span with this id, or -1. */
export function rowOfSpan(shape: TraceShape, spanId: string, ordinal: number = 1): number {
  const ids = idWords(shape);
  const [high, low] = [wordOf(spanId, 0), wordOf(spanId, 8)];
  let left = ordinal;
  for (let row = 0; row < shape.rows.rowCount; row += 1) {
    if (ids[row * 2 + 1] !== low || ids[row * 2] !== high) continue;
    left -= 1;
    if (left === 0) return row;
  }
  return -1;
}

/** The rows of the spans with these ids, ascending. Cost: O(rows), and one look-up each. */
export function rowsOfSpans(shape: TraceShape, spanIds: Iterable<string>): number[] {
  const wanted = new Map<number, Set<number>>();
  for (const spanId of spanIds) {
    const [high, low] = [wordOf(spanId, 0), wordOf(spanId, 8)];
    const highs = wanted.get(low);
    if (highs === undefined) wanted.set(low, new Set([high]));
    else highs.add(high);
  }
  const ids = idWords(shape);
  const rows: number[] = [];
  for (let row = 0; row < shape.rows.rowCount; row += 1) {
    if (wanted.get(ids[row * 2 + 1] ?? 0)?.has(ids[row * 2] ?? 0) === true) rows.push(row);
  }
  return rows;
}

/** The ids as two words a row, in whatever order of bytes this machine has. */
function idWords({ skeleton: { spanIds } }: TraceShape): Uint32Array {
  return new Uint32Array(spanIds.buffer, spanIds.byteOffset, spanIds.byteLength / 4);
}

/** Four bytes as {@link idWords} reads them. */
function wordOf(hex: string, at: number): number {
  const bytes = Uint8Array.from({ length: 4 }, (_, index) =>
    Number.parseInt(hex.slice(at + index * 2, at + index * 2 + 2), 16),
  );
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}
