/*
 * A skeleton on the wire, `application/vnd.spoor.skeleton`: docs/formats/skeleton.md draws it.
 *
 * Frames, so that the first rows can be drawn while the others are on their way. Columns within a
 * frame, because neighbours in a column resemble each other and compress well, and because the
 * reader copies them as they are.
 */
import type { TraceErrorCode } from "../base/error-codes.ts";
import { errorMessage, SpoorError } from "../base/spoor-error.ts";
import type { TraceSkeleton } from "./trace-skeleton.ts";

/** The media type. */
export const SKELETON_MEDIA_TYPE = "application/vnd.spoor.skeleton";

/** The first four bytes: "SPSK" and nothing else begins so. */
const MAGIC = 0x4b535053;
const VERSION = 1;
const PREAMBLE_BYTES = 8;
const FRAME_HEAD_BYTES = 8;

/** Bytes of one row in all columns: 8 + 8 + 4 + 4 + 4 + 2 + 8. */
export const SKELETON_ROW_BYTES = 38;

/** Rows of one frame: at 38 bytes some 300 KB, so that a first picture needs no megabyte. */
export const SKELETON_FRAME_ROWS = 8192;

const FrameKind = { head: 1, texts: 2, rows: 3, end: 4, orphans: 5 } as const;

interface HeadDocument {
  readonly traceId: string;
  readonly startTimeUnixNano: string;
  readonly rowCount: number;
  readonly orphanCount: number;
  readonly copyCount: number;
  readonly sharedIdCount: number;
}

interface TextsDocument {
  readonly services: readonly string[];
  readonly names: readonly string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The bytes of `skeleton` in pieces, to be sent one after the other. `end` becomes the last frame,
 * as JSON: what is known only when all is read, such as how complete the answer is.
 */
export function* encodeSkeleton(skeleton: TraceSkeleton, end: unknown): Generator<Uint8Array> {
  const head: HeadDocument = {
    traceId: skeleton.traceId,
    startTimeUnixNano: skeleton.startTimeUnixNano.toString(),
    rowCount: skeleton.rowCount,
    orphanCount: skeleton.orphanRows.length,
    copyCount: skeleton.copyCount,
    sharedIdCount: skeleton.sharedIdCount,
  };
  const preamble = new Uint8Array(PREAMBLE_BYTES);
  const view = new DataView(preamble.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  yield preamble;
  yield frame(FrameKind.head, json(head));
  // Before the rows, because whoever draws the first of them must know what stands above it.
  if (head.orphanCount > 0) yield frame(FrameKind.orphans, joined(...orphanParts(skeleton)));
  const sent = { services: 0, names: 0 };
  for (let from = 0; from < skeleton.rowCount; from += SKELETON_FRAME_ROWS) {
    const to = Math.min(from + SKELETON_FRAME_ROWS, skeleton.rowCount);
    const texts = newTexts(skeleton, { from, to, sent });
    if (texts !== undefined) yield frame(FrameKind.texts, json(texts));
    yield frame(FrameKind.rows, rowBytes(skeleton, from, to));
  }
  yield frame(FrameKind.end, json(end));
}

/** Texts are numbered in the order of first use by spans, not by rows: all up to the largest go. */
function newTexts(
  skeleton: TraceSkeleton,
  part: {
    readonly from: number;
    readonly to: number;
    readonly sent: { services: number; names: number };
  },
): TextsDocument | undefined {
  const { from, to, sent } = part;
  const services = Math.max(sent.services, countOf(skeleton.service, from, to));
  const names = Math.max(sent.names, countOf(skeleton.name, from, to));
  if (services === sent.services && names === sent.names) return undefined;
  const texts = {
    services: skeleton.services.slice(sent.services, services),
    names: skeleton.names.slice(sent.names, names),
  };
  sent.services = services;
  sent.names = names;
  return texts;
}

function countOf(column: Uint32Array, from: number, to: number): number {
  let largest = 0;
  for (let row = from; row < to; row += 1) largest = Math.max(largest, column[row] ?? 0);
  return largest + 1;
}

function rowBytes(skeleton: TraceSkeleton, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array((to - from) * SKELETON_ROW_BYTES);
  let offset = 0;
  for (const column of columnsOf(skeleton)) {
    const part = column.subarray(from * rowWidth(column), to * rowWidth(column));
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return bytes;
}

type Column = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

type Columns = Pick<
  TraceSkeleton,
  "startNano" | "durationNano" | "parentRow" | "service" | "name" | "flags" | "spanIds"
>;

/** The columns in the order in which they stand in a frame: the widest first. */
function columnsOf(rows: Columns): readonly Column[] {
  return [
    rows.startNano,
    rows.durationNano,
    rows.parentRow,
    rows.service,
    rows.name,
    rows.flags,
    rows.spanIds,
  ];
}

/** Elements of `column` that belong to one row: ids are eight bytes each. */
function rowWidth(column: Column): number {
  return column instanceof Uint8Array ? 8 : 1;
}

function orphanParts({ orphanRows, lostParentIds }: TraceSkeleton): [Uint8Array, Uint8Array] {
  return [
    new Uint8Array(orphanRows.buffer, orphanRows.byteOffset, orphanRows.byteLength),
    lostParentIds,
  ];
}

function json(document: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(document));
}

function frame(kind: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, payload.length, true);
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

/** A skeleton on arrival: rows that are not there yet are zero. */
export interface ArrivingSkeleton extends TraceSkeleton {
  /** Rows that have arrived, from row 0. */
  readonly arrivedCount: number;
  readonly services: string[];
  readonly names: string[];
}

/**
 * Reads the frames of a skeleton as they come.
 *
 * @example
 * const reader = new SkeletonReader();
 * for await (const piece of response.body) reader.push(piece);
 */
export class SkeletonReader {
  #pending: Uint8Array = new Uint8Array(0);
  #hasPreamble = false;
  #skeleton: (ArrivingSkeleton & { arrivedCount: number }) | undefined;
  #end: unknown;

  /** What has arrived; undefined before the head. The arrays fill up in place. */
  get skeleton(): ArrivingSkeleton | undefined {
    return this.#skeleton;
  }

  /** The document of the last frame; undefined before it. */
  get end(): unknown {
    return this.#end;
  }

  /**
   * Takes the next bytes, cut anywhere.
   *
   * @throws SPOOR_SKELETON_MALFORMED when they are not a skeleton, or one of a later version.
   */
  push(piece: Uint8Array): void {
    this.#pending = this.#pending.length === 0 ? piece : joined(this.#pending, piece);
    let offset = this.#hasPreamble ? 0 : this.#readPreamble();
    while (this.#hasPreamble && this.#pending.length - offset >= FRAME_HEAD_BYTES) {
      const view = new DataView(this.#pending.buffer, this.#pending.byteOffset + offset);
      const payloadBytes = view.getUint32(4, true);
      const end = offset + FRAME_HEAD_BYTES + payloadBytes;
      if (end > this.#pending.length) break;
      const payload = this.#pending.subarray(offset + FRAME_HEAD_BYTES, end);
      this.#read(view.getUint32(0, true), payload);
      offset = end;
    }
    this.#pending = this.#pending.subarray(offset);
  }

  #readPreamble(): number {
    if (this.#pending.length < PREAMBLE_BYTES) return 0;
    const view = new DataView(this.#pending.buffer, this.#pending.byteOffset);
    if (view.getUint32(0, true) !== MAGIC) throw malformed("it does not begin with SPSK");
    const version = view.getUint32(4, true);
    if (version !== VERSION) throw malformed(`it is of version ${version}, known is ${VERSION}`);
    this.#hasPreamble = true;
    return PREAMBLE_BYTES;
  }

  #read(kind: number, payload: Uint8Array): void {
    if (kind === FrameKind.head) this.#skeleton = emptySkeleton(parse(payload));
    else if (kind === FrameKind.texts) {
      // Written by `encodeSkeleton`, which sends this document and no other in such a frame.
      const texts = parse(payload) as TextsDocument;
      for (const text of texts.services) this.#skeleton?.services.push(text);
      for (const text of texts.names) this.#skeleton?.names.push(text);
    } else if (kind === FrameKind.rows) this.#readRows(payload);
    else if (kind === FrameKind.orphans) this.#readOrphans(payload);
    else if (kind === FrameKind.end) this.#end = parse(payload);
    // A frame of another kind is from a later writer, who may add what a reader can do without.
  }

  #readOrphans(payload: Uint8Array): void {
    const skeleton = this.#skeleton;
    const count = skeleton?.orphanRows.length ?? 0;
    if (skeleton === undefined || payload.length !== count * 12) {
      throw malformed("other orphans than it announced");
    }
    new Uint8Array(skeleton.orphanRows.buffer).set(payload.subarray(0, count * 4));
    skeleton.lostParentIds.set(payload.subarray(count * 4));
  }

  #readRows(payload: Uint8Array): void {
    const skeleton = this.#skeleton;
    const count = payload.length / SKELETON_ROW_BYTES;
    if (skeleton === undefined || !Number.isInteger(count)) throw malformed("rows without a head");
    const from = skeleton.arrivedCount;
    if (from + count > skeleton.rowCount) throw malformed("more rows than it announced");
    let offset = 0;
    for (const column of columnsOf(skeleton)) {
      const width = rowWidth(column);
      const bytes = count * width * column.BYTES_PER_ELEMENT;
      const target = new Uint8Array(
        column.buffer,
        column.byteOffset + from * width * column.BYTES_PER_ELEMENT,
        bytes,
      );
      target.set(payload.subarray(offset, offset + bytes));
      offset += bytes;
    }
    skeleton.arrivedCount = from + count;
  }
}

function emptySkeleton(document: unknown): ArrivingSkeleton & { arrivedCount: number } {
  // Written by `encodeSkeleton`; the one number that decides about memory is checked.
  const head = document as HeadDocument;
  const { rowCount, orphanCount } = head;
  if (!isCount(rowCount, SKELETON_ROWS_MAX) || !isCount(orphanCount, rowCount)) {
    throw malformed(`it announces ${String(rowCount)} rows, at most ${SKELETON_ROWS_MAX} are read`);
  }
  return {
    traceId: head.traceId,
    startTimeUnixNano: BigInt(head.startTimeUnixNano),
    rowCount,
    copyCount: head.copyCount,
    sharedIdCount: head.sharedIdCount,
    parentRow: new Int32Array(rowCount),
    startNano: new Float64Array(rowCount),
    durationNano: new Float64Array(rowCount),
    service: new Uint32Array(rowCount),
    name: new Uint32Array(rowCount),
    flags: new Uint16Array(rowCount),
    spanIds: new Uint8Array(rowCount * 8),
    orphanRows: new Uint32Array(orphanCount),
    lostParentIds: new Uint8Array(orphanCount * 8),
    services: [],
    names: [],
    arrivedCount: 0,
  };
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** Rows that a reader makes room for: some 760 MB, more than a page can be given. */
const SKELETON_ROWS_MAX = 20_000_000;

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(payload));
  } catch (error) {
    throw malformed(`a frame that should be JSON is not (${errorMessage(error)})`);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function malformed(why: string): SpoorError {
  const code: TraceErrorCode = "SPOOR_SKELETON_MALFORMED";
  return new SpoorError(`cannot read the skeleton of a trace: ${why}`, {
    code,
    hint: "load the page again: it and the server may be of different versions",
  });
}
