/*
 * Encoded requests that are filled in again and again: far cheaper than encoding spans, so that a
 * sender needs a fraction of what the server needs.
 *
 * 1. Drafts of spans are put into requests and encoded once, with blanks (blank.ts).
 * 2. The blanks are found in the bytes.
 * 3. A copy gets ids from the number of the copy, times stretched by a factor for each trace and
 *    moved to the time of the copy, and digits of its own in every text that has a blank.
 *
 * Everything follows from the seed and the number of the copy. No two spans of a workload have the
 * same id: the low word of an id is a permutation of the number of the span.
 */
import { encodeTracesProtobuf } from "@spoor/otlp";
import { bytesToHex, type Span, type SpanLink } from "@spoor/trace";
import {
  BLANK_DIGIT,
  BLANK_HEX,
  BLANK_RUN_MIN,
  BLANK_SPAN,
  BLANK_TIME,
  BLANK_TRACE,
  BLANK_TRACE_HEX,
  blankSpanId,
  blankTimeUnixNano,
  blankTraceId,
} from "./blank.ts";
import { mix32, Random } from "./random.ts";

/** A span before it is known in which request it travels. */
export interface SpanDraft {
  readonly trace: number;
  /** Index of its parent among the drafts; undefined for a root. */
  readonly parent: number | undefined;
  /** From the start of its trace. */
  readonly startNano: number;
  readonly durationNano: number;
  /** Times from the start of the trace. */
  readonly eventTimesNano: readonly number[];
  /** Trace and draft that it points to. */
  readonly links: readonly (readonly [trace: number, draft: number])[];
  /** Everything else; the ids and times in it do not count. */
  readonly span: Span;
}

/** What a template is made from. */
export interface TemplateParts {
  readonly drafts: readonly SpanDraft[];
  /** Drafts of each request, by index. */
  readonly requests: readonly (readonly number[])[];
  /** Where in the time of a copy each trace starts, 0 to 1. */
  readonly traceStarts: readonly number[];
}

interface TemplateBody {
  readonly bytes: Uint8Array;
  readonly firstSpan: number;
  readonly spanCount: number;
  /** Three numbers for each blank: what it is, where it lies, and its index or length. */
  readonly blanks: Int32Array;
}

const Blank = { trace: 0, span: 1, time: 2, digits: 3, hex: 4, traceHex: 5 } as const;

/** How copies differ. */
export interface CopyOptions {
  readonly seed: number;
  /** When the first copy starts. */
  readonly startUnixNano: bigint;
  /** Time from the start of one copy to that of the next. */
  readonly copyNano: number;
}

/** Requests with blanks. */
export class Template {
  readonly bodies: readonly TemplateBody[];
  readonly spanCount: number;
  readonly traceCount: number;
  readonly #traceStarts: readonly number[];
  readonly #timeTraces: number[] = [];
  readonly #timeOffsets: number[] = [];

  constructor({ drafts, requests, traceStarts }: TemplateParts) {
    this.#traceStarts = traceStarts;
    this.spanCount = drafts.length;
    this.traceCount = traceStarts.length;
    // Spans are numbered in the order in which they travel.
    const numbers = new Int32Array(drafts.length);
    for (const [number, draft] of requests.flat().entries()) numbers[draft] = number;
    let firstSpan = 0;
    this.bodies = requests.map((request) => {
      const spans = request.flatMap((index) => {
        const draft = drafts[index];
        return draft === undefined ? [] : this.#withBlanks(draft, index, numbers);
      });
      const bytes = encodeTracesProtobuf(spans);
      const body = { bytes, firstSpan, spanCount: spans.length, blanks: findBlanks(bytes) };
      firstSpan += spans.length;
      return body;
    });
  }

  /** The request `body` of copy `copy`. */
  fill(
    body: TemplateBody,
    copy: number,
    { seed, startUnixNano, copyNano }: CopyOptions,
  ): Uint8Array {
    const bytes = body.bytes.slice();
    const view = new DataView(bytes.buffer);
    const random = new Random(mix32(seed + copy) + body.firstSpan);
    const copyStart = startUnixNano + BigInt(Math.round(copy * copyNano));
    const high = Number(copyStart >> 32n);
    const low = Number(copyStart & 0xffff_ffffn);
    const { blanks } = body;
    // Its id is the first field of a span, so it is known when attributes are filled in.
    let trace = 0;
    for (let at = 0; at < blanks.length; at += 3) {
      const offset = blanks[at + 1] ?? 0;
      const index = blanks[at + 2] ?? 0;
      switch (blanks[at]) {
        case Blank.trace:
          trace = copy * this.traceCount + index;
          writeTraceId(view, offset, { seed, number: trace });
          break;
        case Blank.span:
          writeSpanId(view, offset, { seed, number: copy * this.spanCount + index });
          break;
        case Blank.time: {
          const nano = low + this.#offsetNano(index, copy, { seed, copyNano });
          view.setUint32(offset, nano % 0x1_0000_0000, true);
          view.setUint32(offset + 4, high + Math.floor(nano / 0x1_0000_0000), true);
          break;
        }
        case Blank.digits:
          for (let digit = 0; digit < index; digit += 1)
            bytes[offset + digit] = 48 + random.next(10);
          break;
        case Blank.traceHex: {
          const own = new Random(mix32(trace) + seed + index);
          writeHexDigits(bytes, { offset, count: index }, own);
          break;
        }
        default:
          writeHexDigits(bytes, { offset, count: index }, random);
      }
    }
    return bytes;
  }

  #offsetNano(
    time: number,
    copy: number,
    { seed, copyNano }: { readonly seed: number; readonly copyNano: number },
  ): number {
    const trace = this.#timeTraces[time] ?? 0;
    const number = copy * this.traceCount + trace;
    const stretch = 0.5 + mix32(number ^ mix32(seed + 7)) / 0x1_0000_0000;
    const start = (this.#traceStarts[trace] ?? 0) * copyNano;
    return Math.floor(start + (this.#timeOffsets[time] ?? 0) * stretch);
  }

  #withBlanks(draft: SpanDraft, index: number, numbers: Int32Array): Span {
    const { span, trace, parent, startNano } = draft;
    return {
      ...span,
      traceId: blankTraceId(trace),
      spanId: blankSpanId(numbers[index] ?? 0),
      parentSpanId: parent === undefined ? "" : blankSpanId(numbers[parent] ?? 0),
      startTimeUnixNano: this.#time(trace, startNano),
      endTimeUnixNano: this.#time(trace, startNano + draft.durationNano),
      events: span.events.map((event, order) => ({
        ...event,
        timeUnixNano: this.#time(trace, draft.eventTimesNano[order] ?? startNano),
      })),
      links: span.links.map((link, order) => this.#withBlankIds(link, draft.links[order], numbers)),
    };
  }

  #withBlankIds(
    link: SpanLink,
    target: readonly [trace: number, draft: number] | undefined,
    numbers: Int32Array,
  ): SpanLink {
    const [trace, draft] = target ?? [0, 0];
    return { ...link, traceId: blankTraceId(trace), spanId: blankSpanId(numbers[draft] ?? 0) };
  }

  #time(trace: number, offsetNano: number): bigint {
    this.#timeTraces.push(trace);
    return blankTimeUnixNano(this.#timeOffsets.push(offsetNano) - 1);
  }
}

interface Numbered {
  readonly seed: number;
  readonly number: number;
}

function writeTraceId(view: DataView, offset: number, { seed, number }: Numbered): void {
  for (let word = 0; word < 4; word += 1) {
    view.setUint32(offset + word * 4, mix32(number ^ mix32(seed + 11 + word)));
  }
}

function writeSpanId(view: DataView, offset: number, { seed, number }: Numbered): void {
  view.setUint32(offset, mix32(number ^ mix32(seed + 3)), true);
  view.setUint32(offset + 4, mix32(Math.imul(number, 0x9e37_79b1) ^ mix32(seed + 5)), true);
}

/** The id of trace `number` of a workload, in hex. */
export function traceIdOf(seed: number, number: number): string {
  const bytes = new Uint8Array(16);
  writeTraceId(new DataView(bytes.buffer), 0, { seed, number });
  return bytesToHex(bytes, 0, 16);
}

/** The id of span `number` of a workload, in hex. */
export function spanIdOf(seed: number, number: number): string {
  const bytes = new Uint8Array(8);
  writeSpanId(new DataView(bytes.buffer), 0, { seed, number });
  return bytesToHex(bytes, 0, 8);
}

/** What {@link blankTraceHex} of `count` digits became in trace `number`. */
export function traceHexOf(seed: number, number: number, count: number): string {
  const bytes = new Uint8Array(count);
  const own = new Random(mix32(number) + seed + count);
  writeHexDigits(bytes, { offset: 0, count }, own);
  return new TextDecoder().decode(bytes);
}

/** All ids of the spans from `first` on, combined by exclusive or: 64 bits. */
export function spanIdXor(seed: number, first: number, count: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  let low = 0;
  let high = 0;
  for (let number = first; number < first + count; number += 1) {
    writeSpanId(view, 0, { seed, number });
    low ^= view.getUint32(0, true);
    high ^= view.getUint32(4, true);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

const HEX_DIGITS = new TextEncoder().encode("0123456789abcdef");

function writeHexDigits(
  bytes: Uint8Array,
  { offset, count }: { readonly offset: number; readonly count: number },
  random: Random,
): void {
  let word = 0;
  for (let digit = 0; digit < count; digit += 1) {
    if (digit % 8 === 0) word = random.word();
    bytes[offset + digit] = HEX_DIGITS[word & 15] ?? 0;
    word >>>= 4;
  }
}

const RUNS: ReadonlyMap<number, number> = new Map([
  [BLANK_DIGIT, Blank.digits],
  [BLANK_HEX, Blank.hex],
  [BLANK_TRACE_HEX, Blank.traceHex],
]);

/** Every blank of an encoded request, three numbers each. */
function findBlanks(bytes: Uint8Array): Int32Array {
  const blanks: number[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at];
    const run = byte === undefined ? undefined : RUNS.get(byte);
    if (run !== undefined) {
      let end = at + 1;
      while (bytes[end] === byte) end += 1;
      if (end - at >= BLANK_RUN_MIN) blanks.push(run, at, end - at);
      at = end;
    } else if (lies(BLANK_TRACE, bytes, at)) {
      blanks.push(Blank.trace, at, view.getUint32(at + 12));
      at += 16;
    } else if (lies(BLANK_SPAN, bytes, at)) {
      blanks.push(Blank.span, at, view.getUint32(at + 4));
      at += 8;
    } else if (lies(BLANK_TIME, bytes, at)) {
      blanks.push(Blank.time, at - 4, view.getUint32(at - 4, true));
      at += 4;
    } else at += 1;
  }
  return Int32Array.from(blanks);
}

function lies(mark: readonly number[], bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === mark[0] &&
    bytes[at + 1] === mark[1] &&
    bytes[at + 2] === mark[2] &&
    bytes[at + 3] === mark[3]
  );
}
