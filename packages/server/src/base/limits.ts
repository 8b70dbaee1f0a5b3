/*
 * Every limit of the server: its unit, why this number, and what happens at it.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Largest request, as sent and after decompression. The OTLP specification recommends 64 MiB; a
 * larger one is refused with 413 or RESOURCE_EXHAUSTED and must be split by the sender.
 */
export const REQUEST_BYTES_MAX: number = 64 * MIB;

/**
 * A body may grow by this factor when it is decompressed, or to `INFLATED_BYTES_FREE` if that is
 * more. Real trace data stays far below it; a bomb of zeros goes far beyond, most of all in zstd.
 * Above it the request is refused like any other that is too large.
 */
export const INFLATE_RATIO_MAX = 64;

/** Small bodies may grow to this size whatever their ratio: 4 MiB are harmless. */
export const INFLATED_BYTES_FREE: number = 4 * MIB;

/**
 * Bytes of requests that may be in flight, decompressed bytes estimated, before new ones must
 * wait. About half a second of work on one core; more would only add waiting.
 */
export const IN_FLIGHT_BYTES_MAX: number = 64 * MIB;

/**
 * What a request is charged before its first byte, so that not every waiting request enters when
 * one leaves: at most 1,024 are read at once.
 */
export const ADMISSION_BYTES_MIN: number = 64 * KIB;

/** What a compressed byte is charged as until it is decompressed: the usual ratio of trace data. */
export const INFLATE_RATIO_EXPECTED = 8;

/**
 * How long a request waits for room before it is refused. Waiting loses nothing, whereas the gRPC
 * exporter of the JavaScript SDK never sends a refused batch again.
 */
export const ADMISSION_WAIT_MS_MAX = 2_000;

/** The wait suggested to a refused sender: above 3 s some exporters give up at once. */
export const RETRY_DELAY_MS = 1_000;

/**
 * A segment is sealed when it holds this many spans and log records together. The fixed cost of one
 * insert equals that of some thousands of spans, and beyond this size it no longer shows.
 */
export const SEGMENT_ROWS_MAX = 50_000;

/** A segment is sealed at this size: as many compressed bytes decode to some 100 MiB of columns. */
export const SEGMENT_BYTES_MAX: number = 16 * MIB;

/**
 * Column memory that a worker keeps from one segment to the next. A full segment of usual spans
 * takes some 25 MiB; more than this was needed for unusual ones, and is let go with them.
 */
export const BATCH_BYTES_KEPT_MAX: number = 64 * MIB;

/**
 * A segment is sealed at this age. Acknowledged spans are to be seen within a second, and encoding
 * and inserting a small segment takes a fifth of one.
 */
export const SEGMENT_AGE_MS_MAX = 600;

/**
 * Sealed segments that keep their blocks in memory while the store is away, some 16 MiB each.
 * Further ones are read from the spool again when it is their turn.
 */
export const BLOCKS_IN_MEMORY_MAX = 3;

/**
 * What the spool may hold while the store is away; then senders are told to try again. At a
 * kilobyte for ten spans this is half an hour of 20,000 spans a second.
 */
export const SPOOL_BYTES_MAX: number = 4 * 1024 * MIB;

/** The pause before the store is tried again; it doubles up to the second number. */
export const STORE_RETRY_DELAY_MS = 100;
export const STORE_RETRY_DELAY_MS_MAX = 5_000;

/**
 * Idle connections are kept this long. The batch processors of the SDKs send every 5 s, which is
 * also Node's default here, and every other send would find its connection just closed.
 */
export const KEEP_ALIVE_MS = 120_000;

/** A request that has not arrived whole after this long is cut off: a slow or dead sender. */
export const REQUEST_MS_MAX = 30_000;

/** Streams that one HTTP/2 connection may have open. Node's own default has no limit. */
export const GRPC_STREAMS_PER_CONNECTION_MAX = 256;

/**
 * Receive windows. With HTTP/2's default of 64 KiB a usual request needs several round trips.
 */
export const GRPC_STREAM_WINDOW_BYTES: number = 8 * MIB;
export const GRPC_SESSION_WINDOW_BYTES: number = 64 * MIB;

/** How often old spans are deleted. Whole days go, so that more often would find nothing new. */
export const RETENTION_INTERVAL_MS = 3_600_000;

/** How often the connections of OTLP/HTTP are looked through for requests that take too long. */
export const TIMEOUT_CHECK_MS = 2_000;

/** The head of a request must be there after this long; a slow sender is slow with its body. */
export const REQUEST_HEAD_MS_MAX = 10_000;

/**
 * Connections that one port may have open; further ones are closed at once and counted. A process
 * that sends spans has one or two, and each costs a file of the 1,024 that many systems allow.
 */
export const CONNECTIONS_PER_PORT_MAX = 800;

/** A gRPC connection without a call for this long is closed in good order; exporters reconnect. */
export const GRPC_IDLE_MS_MAX = 900_000;

/** Senders with an account of their own, some 1 KB each; further ones share one. */
export const SENDERS_MAX = 1_000;

/** Characters of a service name or instance id in an account; the rest is cut. */
export const SENDER_NAME_LENGTH_MAX = 200;

/** How long a body that was already refused is read and thrown away, so that the answer arrives. */
export const DRAIN_MS_MAX = 5_000;

/** After this long a stop no longer waits for requests in flight; none of them was acknowledged. */
export const STOP_MS_MAX = 10_000;

/** Mistakes of clients that the status shows; older ones stay only in the counts. */
export const MISTAKES_KEPT = 10;

/** Traces in one answer of the list; more are asked for with a narrower time range. */
export const LIST_TRACES_MAX = 1_000;
export const LIST_TRACES_DEFAULT = 20;

/**
 * Rows of a skeleton: some 80 MB in the store's answer and as much on the way to the page. A trace
 * beyond it is a loop that forgot to end its trace; the answer says that it was capped.
 */
export const SKELETON_SPANS_MAX = 2_000_000;

/** Spans that are read whole at once: more rows than any screen shows. */
export const SPANS_PER_REQUEST_MAX = 1_000;

/** Spans in one answer of a whole trace; the answer then says that it was capped. */
export const TRACE_SPANS_MAX = 100_000;

/**
 * Traces that are watched for growing beyond {@link TRACE_SPANS_MAX}, and remembered when they
 * have; those that were seen longest ago are forgotten.
 */
export const LARGE_TRACES_WATCHED = 1_000;

/** Times that a trace has to be among some 2,000 newest spans of a segment to be watched. */
export const LARGE_TRACE_SAMPLES_MIN = 8;

/** Large traces that an answer names; it tells their number. */
export const LARGE_TRACES_TOLD = 10;

/** Log records in one answer about a trace; the answer then says that it was capped. */
export const TRACE_LOG_RECORDS_MAX = 10_000;

/** Log records in one answer of a search; a page behind it goes on. */
export const LIST_LOG_RECORDS_MAX = 1_000;
export const LIST_LOG_RECORDS_DEFAULT = 100;

/** Characters of a text that log records are searched for; more is a mistake of copying. */
export const LOG_TEXT_MAX = 1_000;

/** Characters of the token of a page; the store makes shorter ones. */
export const PAGE_TOKEN_MAX = 100;

/** Candidates that an ambiguous prefix names. */
export const AMBIGUOUS_IDS_MAX = 10;

/** How often the live stream looks for what has changed. Faster only moves rows under the eye. */
export const STREAM_INTERVAL_MS = 500;

/**
 * How long the first change of what hangs waits for others. The processes of one request report it
 * within a tick of each other.
 */
export const INFLIGHT_GATHER_MS = 80;

/** How often what hangs is told while it changes: a hang is news, and seldom. */
export const INFLIGHT_INTERVAL_MS = 250;

/** While more hangs than can be told so often, telling it takes a twentieth of the main thread. */
export const INFLIGHT_COST_FACTOR = 20;

/** Traces in one event of the live stream; a page shows fewer. The newest are kept. */
export const STREAM_TRACES_MAX = 200;

/** Connections to the live stream; each costs a timer and a socket. Further ones get 503. */
export const STREAM_SUBSCRIBERS_MAX = 100;

/** A connection that says nothing for this long is closed; load balancers probe so. */
export const FIRST_BYTES_MS_MAX = 120_000;

/** How often the live stream repeats the status; a page calls the server lost after three. */
export const STREAM_STATUS_MS = 2_000;

/** Spans that a store in memory holds: some 500 MB of objects. The oldest traces go first. */
export const MEMORY_STORE_SPANS_MAX = 200_000;

/** Log records that a store in memory holds. The first to arrive go first. */
export const MEMORY_STORE_LOG_RECORDS_MAX = 200_000;

/**
 * Requests that are written and synced together. Two buffers each, and the kernel takes 1,024 of
 * them at once (IOV_MAX).
 */
export const SPOOL_GROUP_RECORDS_MAX = 512;

/**
 * How long a start waits for what a crash left in the spool to be stored, so that the first answers
 * hold it. A longer backlog is stored while the server already works.
 */
export const CATCH_UP_MS_MAX = 1_500;

/**
 * How long a question waits for what was acknowledged before it to be stored. Usually it takes a
 * tenth of this; while the store is away the answer says that it is not complete.
 */
export const FRESHEN_MS_MAX = 1_000;

/**
 * Reports of open spans that are held, of all processes together: some 40 processes at the most
 * that each of them lists. Further ones are refused and counted.
 */
export const OPEN_SPANS_MAX = 10_000;

/** What these reports may weigh, estimated. Attributes are cut on arrival, but may be many. */
export const OPEN_SPANS_BYTES_MAX: number = 64 * MIB;

/** Processes that are known to report. Beyond it the one that was silent longest is forgotten. */
export const REPORTERS_MAX = 1_000;

/**
 * Finished spans that are remembered, at least half of it, so that a report that comes late does
 * not open them again. Reports and spans of one moment arrive within seconds of each other.
 */
export const FINISHED_REMEMBERED_MAX = 100_000;

/**
 * Only finished spans that lasted this long are remembered, in ms: no others were reported as open,
 * unless a sender's threshold is below it. A tenth of the usual threshold, and the reason why the
 * spans of a busy service cost nothing here.
 */
export const FINISHED_REMEMBERED_MS_MIN = 100;

/**
 * How long the finished span of a span that its process no longer lists may take, in ms: exporters
 * send every 5 s, and try again for some time. Then it is counted as missing.
 */
export const FINAL_DELAY_MS_MAX = 30_000;

/** How long open spans of a process that fell silent are shown, in ms; then they are counted. */
export const GONE_MS_MAX = 600_000;

/** When the next report of a sender that does not say so is due, in ms. */
export const NEXT_REPORT_MS_DEFAULT = 20_000;

/** An open span of which no process reports lists is let go after this long without news, in ms. */
export const OPEN_SPAN_SILENT_MS_MAX = 3_600_000;

/** How long a process that only sends spans counts as alive after the last one, in ms. */
export const SENDER_ALIVE_MS = 300_000;

/** Findings of all processes together. Further ones are refused and counted. */
export const FINDINGS_MAX = 1_000;

/** Requests that one group of the answer about hanging requests lists; it tells their number. */
export const INFLIGHT_REQUESTS_MAX = 50;

/**
 * Of how many finished spans it is believed how long a request usually takes: of fewer, whatever is
 * open hangs.
 */
export const USUAL_REQUESTS_MIN = 20;

/** How many kinds of open requests are remembered with what is usual for them. */
export const USUAL_REQUESTS_KINDS_MAX = 1_000;

/** How far back it is looked at how long requests took, and how old an answer may be. */
export const USUAL_REQUESTS_WINDOW_NANO = 86_400_000_000_000n;
export const USUAL_REQUESTS_AGE_MS_MAX = 60_000;

/** What a database's activity is worth after it was sampled, in ms: two of the usual intervals. */
export const QUERY_SAMPLE_MS_MAX = 25_000;

/** Sampled database sessions that are held. The oldest go first. */
export const QUERY_SAMPLES_MAX = 5_000;

/**
 * How long what one instance found out about a database's locks holds for others, in ms. While many
 * wait for their turn to ask, one asks every half second, on a slow server every four; an older
 * answer is nobody's any more.
 */
export const SHARED_VERDICT_MS_MAX = 10_000;

/** What its report may take to arrive, in ms. For statements that began later it says nothing. */
export const SHARED_VERDICT_DELAY_MS = 500;

/** Open spans that are told with one trace. */
export const TRACE_OPEN_SPANS_MAX = 1_000;

/**
 * Characters of a query as it is sent; the language reads fewer. Longer text is refused here, so
 * that no problem repeats it.
 */
export const QUERY_TEXT_MAX = 70_000;

/** Bytes of the head of a request to the API: the longest query, each character as three. */
export const API_HEAD_BYTES_MAX: number = 256 * KIB;

/** Spans that a search tells of each group of a trace. */
export const FOUND_SPANS_DEFAULT = 3;
export const FOUND_SPANS_MAX = 1_000;

/**
 * Traces with open spans, or with findings, that a search which asks for them reads and judges; the
 * answer says when there were more. How many at once, and of how many spans each.
 */
export const PRESENT_TRACES_MAX = 500;
export const PRESENT_READS_AT_ONCE = 8;
export const PRESENT_TRACE_SPANS_MAX = 2_000;

/** Steps of an answer in numbers, and how many there are when nobody says how long one is. */
export const RANGE_STEPS_MAX = 11_000;
export const RANGE_STEPS_WANTED = 100;

/** Columns of a heat map: more than a wide screen has pixels to spare for. */
export const HEATMAP_STEPS_MAX = 1_000;
export const HEATMAP_STEPS_WANTED = 100;

/** Groups in one answer. */
export const LIST_GROUPS_MAX = 10_000;
export const LIST_GROUPS_DEFAULT = 100;

/** The body of a question for differences: two queries. */
export const DIFFERENCE_BODY_BYTES_MAX: number = 256 * KIB;

/** Values that are counted of each field and side; rarer ones differ by next to nothing. */
export const DIFFERENCE_VALUES_ASKED = 100;

/**
 * A field that so many spans have, and of which no value has more than this part of them, has a new
 * one nearly every time: it says that it is there, and not more.
 */
export const DIFFERENCE_FEW_SPANS = 20;

/** Fields and values of each that an answer about differences tells, the greatest first. */
export const DIFFERENCE_KEYS_MAX = 100;
export const DIFFERENCE_VALUES_MAX = 10;

/** Spans from which on it is said how long something usually takes: of fewer none is usual. */
export const USUAL_SPANS_MIN = 4;

/** Items that a list of the catalogue tells; the store gives no more. */
export const CATALOGUE_ITEMS_MAX = 1_000;

/** Items that are offered at a cursor. */
export const COMPLETIONS_MAX = 100;

/** Traces whose parts are compared unless somebody asks for more: each is read whole. */
export const CONSISTENCY_TRACES_DEFAULT = 60;

/** Traces whose parts are compared at most. */
export const CONSISTENCY_TRACES_MAX = 500;

/** Spans of a trace whose parts are compared; larger ones are counted as not looked at. */
export const CONSISTENCY_SPANS_MAX = 2_000;

/**
 * Around a wait that a span kept, spans of its holders are looked for so long before and after: a
 * process that sends spans sends some in five minutes.
 */
export const HOLDER_SPANS_WINDOW_NANO = 300_000_000_000n;

/** Searches for the holders of one trace; of more it is not said whether they send spans. */
export const HOLDER_QUERIES_MAX = 8;

/** Traces that are looked at for a process of one number: containers often have the same. */
export const HOLDER_TRACES_MAX = 50;

/** Spans that are looked at in each of these; where there are more, nobody knows of the others. */
export const HOLDER_SPANS_MAX = 50;

/** Longer than this nobody waits to know whether a holder sends spans. */
export const HOLDER_SEARCH_MS_MAX = 2_000;

/** Different kinds of spans without a parent that are looked for in other traces. */
export const LOST_PARENT_OPERATIONS_MAX = 3;

/** Other traces that are looked at for each of them, the newest: each is read whole. */
export const LOST_PARENT_TRACES_MAX = 20;

/** Traces among which the usual one is looked for, the newest of an hour. */
export const TYPICAL_TRACES_MAX = 100;

/** Spans of one place of a comparison that are named; all are counted. */
export const COMPARED_SPAN_IDS_MAX = 20;

/** Changed traces on which one follower's query is evaluated at a time, the newest; see below. */
export const TAIL_TRACES_MAX = 100;

/** Spans of a trace that is read for a follower; larger ones are told as not looked at. */
export const TAIL_TRACE_SPANS_MAX = 2_000;

/**
 * Made-up requests that a worker decodes after its start, and how many of them make a segment: some
 * 0.3 s of one core. By then the compiler has seen every step several times.
 */
export const WARM_UP_REQUESTS = 64;
export const WARM_UP_SEGMENT_REQUESTS = 8;
export const WARM_UP_SPANS_PER_REQUEST = 256;

/**
 * How far workers that decode give way to the main thread, which acknowledges and answers: of a
 * core that both want they get three tenths. `docs/decisions/0123-who-acknowledges-goes-first.md`
 */
export const INTAKE_NICENESS = 4;
