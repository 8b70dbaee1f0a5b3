/*
 * Every limit of the wire, with the reason for its number and what happens when it is reached.
 * Size limits of whole requests belong to the server and are handed in.
 */

/**
 * How many arrays and maps may stand inside one another in an attribute value. The specification
 * names no number; real values nest 2 or 3 deep, and 32 keeps recursion far from the end of the
 * stack. Beyond it the inner value is kept as empty and counted as `attribute_depth`.
 */
export const ATTRIBUTE_DEPTH_MAX = 32;

/**
 * How often a key must have brought a new text before its texts are no longer interned. Keys with
 * fewer distinct values than this (methods, regions, hosts) are always worth a dictionary.
 */
export const KEY_MISS_COUNT_MAX = 48;

/**
 * What a gRPC message may take before any of its bytes have arrived. A sender that declares 64 MiB
 * and then sends nothing costs this much; a batch of 512 spans mostly fits.
 */
export const GRPC_INITIAL_BUFFER_BYTES = 262_144;

/**
 * Bytes of one `grpc-message` header before percent-encoding. Node's default limit for all headers
 * together is 16 KiB, and three bytes stand for one that is encoded. Longer text is cut, ending in
 * "..."; it is only ever our own words.
 */
export const GRPC_STATUS_MESSAGE_BYTES_MAX = 1024;

/**
 * Spans, attributes, events, links and values inside lists of one request together, envelopes
 * included. Real data take at least 25 bytes on the wire for each, so that 64 MiB, the largest
 * request, reach this and hardly more; the smallest ones, 2 bytes for a link that takes 40 in
 * columns, would need 30 million. A request beyond it is refused.
 */
export const REQUEST_ROW_COUNT_MAX = 2_500_000;

/**
 * Bytes of one attribute value. SDKs have no limit of their own; some backends cut at 1,024, in the
 * middle of the statement somebody needs. A longer value is cut and marked.
 */
export const ATTRIBUTE_VALUE_BYTES_MAX = 65_536;

/** Bytes of one attribute key. Real ones have some 30; a longer one is cut and marked. */
export const ATTRIBUTE_KEY_BYTES_MAX = 1024;

/**
 * Attributes of one span, event, link, resource or scope. SDKs stop at 128 unless told otherwise.
 * Further ones are left out and added to its droppedAttributesCount.
 */
export const ATTRIBUTE_COUNT_MAX = 1024;
