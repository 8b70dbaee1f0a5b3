/**
 * Every limit of the way out of the process: its unit, its reason, and what happens at it.
 */

/**
 * Bytes of finished spans that may wait or be on their way. About 40,000 spans with ten attributes:
 * half a minute at 1,300 spans/s. Beyond, new spans are counted as `export_queue_full`.
 */
export const QUEUE_BYTES_MAX: number = 16 * 1024 * 1024;

/**
 * Bytes of all files in the folder that SPOOR_QUEUE_DIR names. Beyond, requests wait in memory
 * again, and above QUEUE_BYTES_MAX new spans are counted as `export_queue_full`.
 */
export const QUEUE_FOLDER_BYTES_MAX: number = 256 * 1024 * 1024;

/** How often a process looks whether others have ended and left files behind. */
export const ADOPT_PAUSE_MS = 60_000;

/** Requests on their way at once. With one, throughput would end at one batch per round trip. */
export const REQUESTS_IN_FLIGHT_MAX = 4;

/** Spans that start a request without waiting for the timer; the specification's batch size. */
export const BATCH_SPAN_COUNT = 512;
/** Bytes that do. */
export const BATCH_BYTES: number = 256 * 1024;
/**
 * How long a batch that is full waits for more, unless OTEL_BSP_MAX_EXPORT_BATCH_SIZE bounds it: a
 * request costs about as much CPU as a few hundred spans, however many it carries.
 */
export const GATHER_MS = 100;
/** Bytes that do not wait for more: a quarter of what a gRPC server takes in one message. */
export const REQUEST_BYTES: number = 1024 * 1024;

/** How long spans wait for others to go with them. */
export const FLUSH_DELAY_MS = 1_000;
/** The same for the first requests of a process: somebody may be looking whether it works. */
export const FIRST_FLUSH_DELAY_MS = 200;
export const FIRST_FLUSH_COUNT = 10;

/** One try, from the connection to the end of the answer. The specification's default. */
export const ATTEMPT_MS_MAX = 10_000;
/** From the first try of a request to the last. Then its spans are `export_gave_up`. */
export const RETRY_BUDGET_MS = 300_000;
/** Pause after the first failed try; doubled by each further one. */
export const RETRY_PAUSE_MS_MIN = 500;
export const RETRY_PAUSE_MS_MAX = 30_000;

/** What is read of an answer; the rest is left unread. A refusal is a sentence. */
export const ANSWER_BYTES_MAX: number = 64 * 1024;
/** Characters of a receiver's own words that are printed. */
export const ANSWER_TEXT_LENGTH_MAX = 300;
/** Bodies below this are not worth compressing. */
export const COMPRESS_BYTES_MIN = 1024;

/** How long the look for a receiver on this machine waits for a connection. */
export const PROBE_MS_MAX = 1_000;

/** How long the end of the process waits for spans on their way. */
export const EXIT_MS_MAX = 3_000;
/** What `flush()` and `shutdown()` wait unless told otherwise. */
export const FLUSH_MS_MAX_DEFAULT = 10_000;

/** Pause between two reports of losses to the server. */
export const REPORT_PAUSE_MS = 10_000;
