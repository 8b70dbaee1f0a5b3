/*
 * Every number that bounds this package: its unit, why it has this value, and what happens there.
 */

/** How long the engine may take to answer its first query before the start counts as failed. */
export const ENGINE_START_MS_MAX = 30_000;

/** Pause between two knocks on a starting engine, which needs some 200 ms: 5 % more at most. */
export const ENGINE_KNOCK_INTERVAL_MS = 10;

/**
 * How long the engine may take to stop after its stdin was closed, then it is killed. Everything
 * acknowledged is on disk by then, so that a kill costs nothing but a slower next start.
 */
export const ENGINE_STOP_MS_MAX = 5_000;

/**
 * How often the engine looks whether its parent is still there, and how long it then may take to
 * stop by itself. Only a stop that hangs gets that far: a dead parent closes stdin at once.
 */
export const ENGINE_ORPHAN_CHECK_MS = 2_000;

/** First pause before a dead engine is started again; doubled up to the maximum. */
export const ENGINE_RESTART_DELAY_MS = 100;
export const ENGINE_RESTART_DELAY_MS_MAX = 5_000;

/**
 * After this long without a death an engine counts as healthy, and the next restart is quick.
 */
export const ENGINE_HEALTHY_AFTER_MS = 60_000;

/** Free ports that are tried: each is lost only if somebody takes it within a millisecond. */
export const ENGINE_PORT_ATTEMPTS = 5;

/**
 * How long a start waits for an engine of a killed parent to let go of the data directory. It
 * notices the death at once and needs a moment to stop.
 */
export const ENGINE_DIRECTORY_WAIT_MS_MAX = 10_000;

/** Last bytes of the engine's output that an error message may quote. */
export const ENGINE_OUTPUT_BYTES_MAX = 4_096;

/** Memory of the engine; 0.1-0.3 GB are used at 30,000 spans/s. A query beyond it fails. */
export const ENGINE_MEMORY_BYTES_MAX = 2_000_000_000;
/** Memory of one query, so that one cannot starve the inserts; beyond it the query fails. */
export const QUERY_MEMORY_BYTES_MAX = 1_000_000_000;
/** Memory of one aggregation, beyond which it goes on on disk. */
export const QUERY_SPILL_BYTES = 400_000_000;
/** Time of one query, then it is stopped and fails as retryable. */
export const QUERY_SECONDS_MAX = 30;

/** The database of the embedded engine, whose users have rights in no other. */
export const EMBEDDED_DATABASE = "spoor";

/**
 * Inserts whose deduplication tokens are remembered, for each table and shard. Alone, a server
 * repeats only its newest few inserts. Beside others it may come back from a restart and repeat one
 * while they went on: at an insert for each 0.6 s and server this is an hour and a half for one
 * server, ten minutes for ten. An older insert is stored again. With Keeper each is a node in it.
 */
export const REMEMBERED_INSERTS_EMBEDDED = 1_000;
export const REMEMBERED_INSERTS_SHARED = 10_000;

/** How often a ClickHouse of your own is asked whether it is still there, and for how long. */
export const SERVER_CHECK_INTERVAL_MS = 5_000;
export const SERVER_CHECK_MS_MAX = 10_000;

/** First pause before a server that was lost is asked again; doubled up to the maximum. */
export const SERVER_RETRY_DELAY_MS = 100;
export const SERVER_RETRY_DELAY_MS_MAX = 5_000;

/** Nodes of a cluster that may be named. More addresses than this are a mistake. */
export const SERVER_ADDRESSES_MAX = 64;

/**
 * The oldest ClickHouse that is accepted, as year and number of the release: the first with
 * long-term support in which every setting exists that is sent (the newest of them is
 * `output_format_json_map_as_array_of_tuples`, of 25.7). The tests run against the release of the
 * embedded engine.
 */
export const SERVER_VERSION_MIN: readonly [year: number, release: number] = [25, 8];

/** Time of one insert of at most some 50,000 spans, which takes 0.2 s on a busy small machine. */
export const INSERT_MS_MAX = 60_000;

/**
 * How long `write` waits for a restarted engine when the connection broke in the middle of an
 * insert, to repeat it under the same deduplication token. After that it fails as retryable.
 */
export const INSERT_RECOVERY_MS_MAX = 15_000;

/**
 * The widest time bucket. A bucket leads the sorting key: narrow enough that the spans of a trace
 * stay neighbours. Every narrower width divides it.
 */
export const BUCKET_SECONDS = 60;

/**
 * Rows that a bucket may hold by what one insert shows of the rate; else it gets narrower. About a
 * granule: a trace that lies in several of them has each read whole.
 */
export const BUCKET_ROWS_MAX = 8_000;

/**
 * Starts further away than this are not believed: their spans go to bucket 0, so that a broken
 * clock cannot create thousands of partitions. They are kept and found like all others.
 */
export const PLAUSIBLE_PAST_SECONDS: number = 400 * 86_400;
export const PLAUSIBLE_FUTURE_SECONDS = 86_400;

/**
 * Ids of resources and scopes that are known to be stored. At the limit the set is emptied, and
 * the rows are written once more, which does no harm.
 */
export const KNOWN_IDS_MAX = 100_000;

/** Resources and scopes kept by readers: a trace is usually one query. Emptied when full. */
export const DIMENSION_CACHE_ENTRIES_MAX = 10_000;

/** Of those, how many are read ahead with the first that is needed: 2 ms more, once. */
export const DIMENSIONS_READ_AHEAD = 1_000;

/**
 * Look-back windows of a search for the newest traces, before the whole interval is searched.
 * Each costs about ten times the one before it, so that together they hardly add to the last.
 */
export const RECENT_WINDOWS_MS: readonly number[] = [60_000, 600_000, 3_600_000, 21_600_000];

/** Traces that one query may ask for. Beyond it the call is a programmer's error. */
export const TRACES_PER_QUERY_MAX = 1_000;

/** Pause between two looks whether the engine has rewritten a table. A small one takes 50 ms. */
export const REWRITE_LOOK_MS = 25;

/** Spans read by id at once: more rows than any screen shows. */
export const SPANS_PER_READ_MAX = 1000;

/** How many more spans than ids such a read returns, where senders give one id to several spans. */
export const SHARED_ID_SPANS_MAX = 1000;

/**
 * Spans of a block that are looked at for the values of their attributes: looking at all of 50,000
 * would cost as much as encoding them. Of more than twice as many every second one is looked at,
 * and so on: counts are estimates then, and a rare value may not be listed.
 */
export const CATALOGUE_SAMPLE_SPANS = 2_000;

/**
 * Memory that a thread keeps from one block to the next, to write columns into. A full block of
 * usual spans takes some 20 MB of it.
 */
export const SCRATCH_BYTES_KEPT_MAX = 64_000_000;

/** Distinct values of one key that a block lists; the key counts as having more beyond that. */
export const BLOCK_VALUES_PER_KEY_MAX = 128;

/** Distinct values of one key that a server lists in one hour; the same beyond it. */
export const HOUR_VALUES_PER_KEY_MAX = 1_000;

/** Bytes of a value that is listed: who looks for a longer one types something else. */
export const CATALOGUE_VALUE_BYTES_MAX = 256;

/** Rows of the catalogue that are known to be stored. When full, all are written once more. */
export const CATALOGUE_KNOWN_MAX = 200_000;

/** How long counts of the catalogue are gathered before they are written. */
export const CATALOGUE_FLUSH_MS = 10_000;

/** Tokens of blocks that are counted already, so that a repeated block is not counted again. */
export const CATALOGUE_TOKENS_MAX = 1_000;

/**
 * Rows of one table of the catalogue that are kept in memory, some 200 bytes each. A day of 50
 * services and 500 span names has 600, a key at most `HOUR_VALUES_PER_KEY_MAX` in an hour.
 */
export const COPY_ROWS_MAX = 100_000;

/** Days and hours of which a range is put together; a longer one is read as one. */
export const COPY_CHUNKS_MAX = 128;

/** How old a copy of the catalogue may be where others write too: nothing is missing after 1 s. */
export const COPY_AGE_MS_MAX = 500;

/** Items that one question about the catalogue may ask for. */
export const CATALOGUE_ITEMS_MAX = 1_000;

/**
 * How far from the minute of a span the spans that answer it are looked for. Earlier only by broken
 * clocks; a queue that takes longer than five minutes shows as a queue and not as a call.
 */
export const CHILD_MINUTES_BEFORE = 1;
export const CHILD_MINUTES_AFTER = 5;

/** How long after its end a minute waits for its spans before calls and durations are counted. */
export const MINUTE_SETTLES_SECONDS = 60;

/**
 * Periods for which calls between services are added up, the longest first: each divides the one
 * before it. A map of six hours reads at most 5 hours, 10 times ten minutes and 18 minutes.
 */
export const PERIODS_SECONDS: readonly number[] = [3600, 600];
export const PERIOD_SECONDS_MAX = 3600;

/** How often it is looked which minutes are due. */
export const DERIVE_INTERVAL_MS = 60_000;

/** Each how many looks all minutes there are count, and not only the newest. */
export const DERIVE_ALL_EVERY = 60;

/** How far back the newest minutes reach. */
export const DERIVE_RECENT_SECONDS = 7_200;

/** Spans and minutes that one statement counts: 1 million take some 0.3 s of one core. */
export const DERIVE_CHUNK_SPANS_MAX = 1_000_000;
export const DERIVE_CHUNK_MINUTES_MAX = 30;

/** What an answer counts on the spot where the tables are behind; the rest is told as pending. */
export const LIVE_SPANS_MAX = 2_000_000;
export const LIVE_MINUTES_MAX = 30;
/** Time of one search of several queries; then it answers with what it has and says so. */
export const SEARCH_MS_MAX = 30_000;
/** Memory of one query of a search; beyond it the search fails and says why. */
export const SEARCH_MEMORY_BYTES_MAX = 800_000_000;
/**
 * Traces whose spans are read at once: their ids travel in the address of a request, which may have
 * a megabyte.
 */
export const SEARCH_TRACES_AT_ONCE_MAX = 2_000;
/**
 * Traces that one search looks into. SQL leaves few that do not fit, so that only a search with
 * relations between spans gets there; it then answers with what it has, and where to go on.
 */
export const SEARCH_TRACES_MAX = 50_000;
/** Span rows that are read at once, some 200 bytes each; with more, fewer traces are read. */
export const SEARCH_ROWS_AT_ONCE_MAX = 400_000;
/** Series and steps of a metrics answer together; beyond it the answer is cut and says so. */
export const RANGE_CELLS_MAX = 500_000;
/** Steps of a metrics answer. Beyond it the call is a programmer's error. */
export const RANGE_STEPS_MAX = 11_000;

/** Spans that the first window of a search is to hold: some ten granules of the table. */
export const SEARCH_WINDOW_SPANS = 100_000;
/** The same where the attributes of each are looked at, which takes five times as long. */
export const SEARCH_WINDOW_ATTRIBUTE_SPANS = 20_000;
/** How much longer each next window is: a search that finds nothing costs a seventh more. */
export const SEARCH_WINDOW_GROWTH = 8n;
/** Spans of a window that are read at once, before it is known which of their traces fit. */
export const SEARCH_SPANS_FOUND_MAX = 2_000;
/**
 * Rows that ClickHouse may read for a condition that an index answers, 0.3 µs each. What is found
 * in more granules than that is frequent, and the newest of it is found sooner.
 */
export const SEARCH_INDEXED_ROWS_MAX = 500_000;
/** Attribute keys of resources and of scopes that are remembered; with more, each search asks. */
export const DIMENSION_KEYS_MAX = 10_000;

/** Log records that one search may ask for. Beyond it the call is a programmer's error. */
export const LOGS_PER_QUERY_MAX = 1_000;
/**
 * The first window of a search for log records, the newest, and how many times as long as the one
 * before it each next one is: an hour, some days, half a year, all. They do not overlap, so that
 * reading them costs what reading all at once does; only asking costs some ms each time.
 */
export const LOG_WINDOW_MS_MIN = 60_000n;
export const LOG_WINDOW_GROWTH = 64n;
