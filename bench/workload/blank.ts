/*
 * What stands in a template where every copy gets something of its own.
 *
 * A blank is found again in the encoded request by its bytes, so that nothing here has to know the
 * encoding. Ids and times begin or end with four bytes that random data hold once in 2^32 places;
 * text that differs from span to span is a run of one of two control characters.
 */

/** The first bytes of a trace id, of a span id; the last ones of a time. */
export const BLANK_TRACE: readonly number[] = [0xd1, 0x5c, 0x0f, 0xe1];
export const BLANK_SPAN: readonly number[] = [0xb4, 0x96, 0xfa, 0xc3];
export const BLANK_TIME: readonly number[] = [0x9d, 0xa1, 0x57, 0x7e];

/** Characters that are replaced in runs of at least {@link BLANK_RUN_MIN}. */
export const BLANK_TRACE_HEX = 0x1d;
export const BLANK_DIGIT = 0x1e;
export const BLANK_HEX = 0x1f;
export const BLANK_RUN_MIN = 3;

/** The trace id that stands for trace `index`. */
export function blankTraceId(index: number): string {
  return `${hexOf(BLANK_TRACE)}${"5a".repeat(8)}${word(index)}`;
}

/** The span id that stands for span `index`. */
export function blankSpanId(index: number): string {
  return `${hexOf(BLANK_SPAN)}${word(index)}`;
}

/** The time that stands for entry `index` of the list of times. */
export function blankTimeUnixNano(index: number): bigint {
  return BigInt(`0x${hexOf(BLANK_TIME.toReversed())}${word(index)}`);
}

/** `count` decimal digits, others in every copy. At least three. */
export function blankDigits(count: number): string {
  return String.fromCharCode(BLANK_DIGIT).repeat(count);
}

/** `count` hexadecimal digits, others in every copy. At least three. */
export function blankHex(count: number): string {
  return String.fromCharCode(BLANK_HEX).repeat(count);
}

/** The same for all spans of a trace; of one length there is one text for each trace. */
export function blankTraceHex(count: number): string {
  return String.fromCharCode(BLANK_TRACE_HEX).repeat(count);
}

function word(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
