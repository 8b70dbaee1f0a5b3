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
