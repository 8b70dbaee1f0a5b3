/*
 * A position in the bytes of a JSON document: names, texts and numbers are found where they stand,
 * without an object or a string for them.
 *
 * It takes what exporters write. Whatever is malformed, and whatever is legal but rare (a name with
 * an escape, a field given twice, a number with more digits than a double holds), makes `fail` end
 * the scan; the caller then decodes the whole document the long way, which knows every rule and
 * says what is wrong and where. So this one only has to be right about what it accepts.
 *
 * Limits: values that are skipped may nest SKIP_DEPTH_MAX deep. The bytes must be UTF-8.
 */
import { viewOf } from "@spoor/trace";
import { MalformedInput } from "../protobuf/malformed.ts";
import type { JsonFieldNames } from "./json-field-names.ts";
import { parseJson } from "./parse-json.ts";
import { TextScratch } from "./text.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;

/** Deeper values of unknown fields are left to the long way, which does not call itself. */
const SKIP_DEPTH_MAX = 64;

/** Digits of an integer that a double holds whatever they are. */
const EXACT_DIGITS_MAX = 15;
const UINT64_DIGITS_MAX = 20;
const WORD = 0x1_0000_0000;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** See the head of this file. */
export class JsonCursor {
  readonly bytes: Uint8Array;
  position: number = 0;
  /** Where the last text stands: `view[start, start + length)`. */
  view: DataView;
  start: number = 0;
  length: number = 0;
  /** The two words of the last number; of a text of digits too. */
  low: number = 0;
  high: number = 0;
  /** The bit of the last field, to be kept by who reads its object; 0 when it is not known. */
  fieldBit: number = 0;
  readonly #view: DataView;
  readonly #scratch = new TextScratch();

  constructor(bytes: Uint8Array) {
    // A Buffer would make every access polymorphic.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = viewOf(this.bytes);
    this.view = this.#view;
  }

  /** @throws MalformedInput always; nobody sees its words. */
  fail(): never {
    throw new MalformedInput(`not read the short way from byte ${this.position} on`);
  }

  /** Enters an object; false when it is empty, and left already. */
  openObject(): boolean {
    return this.#open(OPEN_BRACE, CLOSE_BRACE);
  }

  /** Goes to the next member of an object; false when there is none, and the object is left. */
  nextMember(): boolean {
    return this.#next(CLOSE_BRACE);
  }

  /** Enters a list; false when it is empty, and left already. */
  openList(): boolean {
    return this.#open(OPEN_BRACKET, CLOSE_BRACKET);
  }

  /** Goes to the next element of a list; false when there is none, and the list is left. */
  nextElement(): boolean {
    return this.#next(CLOSE_BRACKET);
  }

  /**
   * Reads the name of a member. Returns the index of its field in `names` and stands before its
   * value; -1 when the field is not known or its value is null, which is skipped then. `seen` are
   * the bits of the fields before it in this object.
   */
  field(names: JsonFieldNames, seen: number): number {
    const start = this.#plainText();
    const field = names.indexOf(this.#view, start, this.position - 1 - start);
    this.#skipSpace();
    if (this.bytes[this.position] !== COLON) this.fail();
    this.position += 1;
    this.#skipSpace();
    if (field < 0) {
      // A spelling with underscores may be a known field.
      if (field === names.other) this.fail();
      this.fieldBit = 0;
      this.skipValue(0);
      return -1;
    }
    this.fieldBit = 1 << field;
    // The last one counts; the long way sees to that.
    if ((seen & this.fieldBit) !== 0) this.fail();
    if (this.bytes[this.position] !== LOWER_N) return field;
    this.#literal("null");
    return -1;
  }

  /** Reads a text into `view`, `start` and `length`. */
  text(): void {
    const { bytes } = this;
    if (bytes[this.position] !== QUOTE) this.fail();
    let at = this.position + 1;
    const start = at;
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20) {
      at += 1;
      byte = bytes[at] ?? 0;
    }
    if (byte !== QUOTE) {
      this.#escapedText();
      return;
    }
    this.view = this.#view;
    this.start = start;
    this.length = at - start;
    this.position = at + 1;
  }

  /** Whether the last text has an escape: its bytes stay only until the next one that has. */
  get isEscaped(): boolean {
    return this.view !== this.#view;
  }

  /** The last text as a string. */
  string(): string {
    const { view, start, length } = this;
    return decoder.decode(new Uint8Array(view.buffer, view.byteOffset + start, length));
  }

  /** Reads an integer from 0 to 2^64-1, as a number or as text, into `low` and `high`. */
  uint64(): void {
    if (this.#integer()) this.fail();
  }

  /** Reads an integer from -2^63 to 2^63-1 in the same way. */
  int64(): void {
    const isNegative = this.#integer();
    const isMin = isNegative && this.high === 0x8000_0000 && this.low === 0;
    if (this.high >= 0x8000_0000 && !isMin) this.fail();
    if (!isNegative) return;
    this.high = ~this.high + (this.low === 0 ? 1 : 0);
    this.low = -this.low;
  }

  /** Reads an integer from 0 to 2^32-1 in the same way. */
  uint32(): number {
    this.uint64();
    if (this.high !== 0) this.fail();
    return this.low;
  }

  /** Reads an enum: its number, or its place in `names`, -1 when it is not there. */
  enumNumber(names: readonly string[]): number {
    if (this.bytes[this.position] !== QUOTE) return this.uint32();
    this.text();
    return names.indexOf(this.string());
  }

  /** Reads a number. */
  double(): number {
    const start = this.position;
    const isNegative = this.bytes[start] === MINUS;
    if (isNegative) this.position += 1;
    const digitsStart = this.position;
    let digits = this.#digits();
    let digitCount = this.position - digitsStart;
    if (digitCount > 1 && this.bytes[digitsStart] === ZERO) this.fail();
    let scale = 1;
    if (this.bytes[this.position] === POINT) {
      this.position += 1;
      const fractionStart = this.position;
      const fraction = this.#digits();
      const fractionCount = this.position - fractionStart;
      scale = 10 ** fractionCount;
      digits = digits * scale + fraction;
      digitCount += fractionCount;
    }
    // Both are whole numbers that a double holds, so that the division rounds once, and rightly.
    if (digitCount <= EXACT_DIGITS_MAX && !this.#isExponent()) {
      return isNegative ? -digits / scale : digits / scale;
    }
    return this.#longDouble(start);
  }

  /** Reads true or false. */
  bool(): boolean {
    const isTrue = this.bytes[this.position] === LOWER_T;
    this.#literal(isTrue ? "true" : "false");
    return isTrue;
  }

  /** Goes over one value of any kind, which has to be JSON. `depth` is that of the value in it. */
  skipValue(depth: number): void {
    if (depth > SKIP_DEPTH_MAX) this.fail();
    switch (this.bytes[this.position]) {
      case OPEN_BRACE:
        for (let more = this.openObject(); more; more = this.nextMember()) {
          this.text();
          this.#skipSpace();
          if (this.bytes[this.position] !== COLON) this.fail();
          this.position += 1;
          this.#skipSpace();
          this.skipValue(depth + 1);
        }
        return;
      case OPEN_BRACKET:
        for (let more = this.openList(); more; more = this.nextElement()) this.skipValue(depth + 1);
        return;
      case QUOTE:
        return this.text();
      case LOWER_T:
      case LOWER_F:
        this.bool();
        return;
      case LOWER_N:
        return this.#literal("null");
      default:
        this.double();
    }
  }

  /** Goes over one value and returns what JSON.parse makes of it. */
  parsedValue(): unknown {
    const start = this.position;
    this.skipValue(0);
    return parseJson(decoder.decode(this.bytes.subarray(start, this.position)));
  }

  /** Goes over the value, an object, and remembers where it stands as the last text. */
  rawObject(): void {
    const start = this.position;
    if (this.bytes[start] !== OPEN_BRACE) this.fail();
    this.skipValue(0);
    this.view = this.#view;
    this.start = start;
    this.length = this.position - start;
  }

  /** Nothing but space may follow. */
  end(): void {
    this.#skipSpace();
    if (this.position !== this.bytes.length) this.fail();
  }

  /** Goes to the first byte that is no space. */
  begin(): void {
    this.#skipSpace();
  }

  #open(open: number, close: number): boolean {
    if (this.bytes[this.position] !== open) this.fail();
    this.position += 1;
    this.#skipSpace();
    if (this.bytes[this.position] !== close) return true;
    this.position += 1;
    return false;
  }

  #next(close: number): boolean {
    this.#skipSpace();
    const byte = this.bytes[this.position];
    this.position += 1;
    if (byte === close) return false;
    if (byte !== COMMA) this.fail();
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    const { bytes } = this;
    let byte = bytes[this.position];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      this.position += 1;
      byte = bytes[this.position];
    }
  }

  /** Goes over a text without escapes and returns where its first byte stands. */
  #plainText(): number {
    const { bytes } = this;
    if (bytes[this.position] !== QUOTE) this.fail();
    const start = this.position + 1;
    let at = start;
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE) {
      if (byte < 0x20 || byte === BACKSLASH) this.fail();
      at += 1;
      byte = bytes[at] ?? 0;
    }
    this.position = at + 1;
    return start;
  }

  #escapedText(): void {
    const { bytes } = this;
    const start = this.position;
    let at = start + 1;
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE) {
      if (byte < 0x20) this.fail();
      at += byte === BACKSLASH ? 2 : 1;
      byte = bytes[at] ?? 0;
    }
    this.position = at + 1;
    const text: unknown = parsed(decoder.decode(bytes.subarray(start, at + 1)));
    // Half a pair of surrogates is replaced and counted the long way.
    if (typeof text !== "string" || !text.isWellFormed()) this.fail();
    this.length = this.#scratch.encode(text);
    this.view = viewOf(this.#scratch.bytes);
    this.start = 0;
  }

  /** Reads an integer's magnitude into `low` and `high`; returns whether it has a minus. */
  #integer(): boolean {
    const { bytes } = this;
    const isQuoted = bytes[this.position] === QUOTE;
    if (isQuoted) this.position += 1;
    const isNegative = bytes[this.position] === MINUS;
    if (isNegative) this.position += 1;
    const start = this.position;
    const head = this.#digits();
    const digitCount = this.position - start;
    if (!isQuoted) {
      // What goes on as a fraction may still be whole, and long numbers lose digits when parsed.
      const isPlain = digitCount <= EXACT_DIGITS_MAX && bytes[this.position] !== POINT;
      const hasLeadingZero = digitCount > 1 && bytes[start] === ZERO;
      if (!isPlain || hasLeadingZero || this.#isExponent()) this.fail();
    } else {
      if (bytes[this.position] !== QUOTE) this.fail();
      this.position += 1;
    }
    if (digitCount <= EXACT_DIGITS_MAX) {
      this.high = Math.floor(head / WORD);
      this.low = head >>> 0;
    } else this.#longInteger(start, digitCount);
    return isNegative && (this.low !== 0 || this.high !== 0);
  }

  /** Sixteen to twenty digits in two parts, each of which a double holds. */
  #longInteger(start: number, digitCount: number): void {
    if (digitCount > UINT64_DIGITS_MAX) this.fail();
    const { bytes } = this;
    let head = 0;
    for (let at = start; at < start + EXACT_DIGITS_MAX; at += 1) {
      head = head * 10 + (bytes[at] ?? 0) - ZERO;
    }
    let rest = 0;
    let scale = 1;
    for (let at = start + EXACT_DIGITS_MAX; at < start + digitCount; at += 1) {
      rest = rest * 10 + (bytes[at] ?? 0) - ZERO;
      scale *= 10;
    }
    const low = (head >>> 0) * scale + rest;
    this.high = Math.floor(head / WORD) * scale + Math.floor(low / WORD);
    this.low = low % WORD;
    if (this.high >= WORD) this.fail();
  }

  /** Goes over one digit at least. What it returns is exact up to fifteen. */
  #digits(): number {
    const { bytes } = this;
    let at = this.position;
    let value = 0;
    let digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) this.fail();
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at += 1;
      digit = (bytes[at] ?? 0) - ZERO;
    }
    this.position = at;
    return value;
  }

  /** Whether an e follows, in either case. */
  #isExponent(): boolean {
    return ((this.bytes[this.position] ?? 0) | 0x20) === 0x65;
  }

  /** A number with more digits than a double holds, or with an exponent. */
  #longDouble(start: number): number {
    if (this.#isExponent()) {
      this.position += 1;
      const sign = this.bytes[this.position];
      if (sign === MINUS || sign === 0x2b) this.position += 1;
      this.#digits();
    }
    return Number(decoder.decode(this.bytes.subarray(start, this.position)));
  }

  #literal(word: string): void {
    for (let index = 0; index < word.length; index += 1) {
      if (this.bytes[this.position + index] !== word.charCodeAt(index)) this.fail();
    }
    this.position += word.length;
  }
}

/** JSON.parse for text that may be wrong; undefined then. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A wrong escape; the long way says where.
    return undefined;
  }
}
