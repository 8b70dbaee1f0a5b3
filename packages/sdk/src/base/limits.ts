/*
 * Every bound of the SDK: its unit, the reason for the number, and what happens there.
 */

/** A chunk of encoded spans goes to the sink at this many, the batch size of other SDKs. */
export const CHUNK_SPAN_COUNT_MAX = 512;

/** Or at this size, so that one chunk fits into any server's request limit many times over. */
export const CHUNK_BYTES_MAX: number = 256 * 1024;

/** The first buffer of a scope: a scope with few spans stays cheap, a busy one grows at once. */
export const CHUNK_BYTES_INITIAL: number = 4 * 1024;

/** Encoded attribute keys that are kept; programs use some dozens. Others are encoded each time. */
export const KEY_CACHE_COUNT_MAX = 4096;

/** And only keys of at most this many UTF-16 units: longer ones are data, not names. */
export const KEY_CACHE_LENGTH_MAX = 256;

/** A value nested deeper is not taken: it counts as unsupported. The server keeps 32. */
export const VALUE_DEPTH_MAX = 32;
