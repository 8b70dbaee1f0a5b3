/** Seconds to wait for an answer unless told otherwise; a store that is busy may need some. */
export const TIMEOUT_SECONDS_DEFAULT = 30;

/** Traces that `spoor find` lists unless told otherwise: about one screen. */
export const FIND_COUNT_DEFAULT = 20;
/** The most that one answer of the API holds; asking for more is a usage error. */
export const FIND_COUNT_MAX = 1000;

/** Log records that `spoor logs` prints unless told otherwise, and the most of one answer. */
export const LOGS_COUNT_DEFAULT = 100;
export const LOGS_COUNT_MAX = 1000;

/** Fewer alike siblings are drawn one by one: they tell more than a line that sums them up. */
export const FOLD_COUNT_MIN = 5;
/** A sibling with this share of the trace on the critical path is never folded away. */
export const FOLD_CRITICAL_SHARE_MIN = 0.1;

/** Below this many spans a trace is drawn whole: it fits on a screen or nearly so. */
export const PRUNE_SPAN_COUNT_MIN = 41;
/** Subtrees of which every span is shorter than this share of the trace may be hidden. */
export const PRUNE_SHARE_MAX = 0.01;

/**
 * Levels of indentation that are drawn; what is deeper stands at this level with the number of
 * levels left out. Without it, a chain of n spans would take n² characters.
 */
export const INDENT_LEVELS_MAX = 48;

/** A title is not cut to fewer columns than this, even if the line then wraps. */
export const TITLE_COLUMNS_MIN = 16;
/** Where the column of services begins at most, when the output has no width of its own. */
export const SERVICE_COLUMN_MAX = 96;

/**
 * A second signal within this time belongs to the same key press: a terminal sends Ctrl-C to the
 * whole process group, and npm passes it on once more.
 */
export const SIGNAL_ECHO_MS_MAX = 500;

/** How long `spoor doctor` waits until a span that it sent can be read back. */
export const CANARY_MS_MAX = 5_000;
/** The pause between two looks for it. */
export const CANARY_LOOK_MS = 100;
/** A clock that differs by more puts spans at the wrong place between those of other machines. */
export const CLOCK_DIFFERENCE_MS_MAX = 1_000;
/** Senders of which `spoor doctor` tells the losses; the others are counted in one line. */
export const DOCTOR_SENDERS_MAX = 10;

/** The pause between two looks of `spoor now --watch`: processes report every second at most. */
export const WATCH_MS = 1_000;
/** Requests that `spoor now` draws under one holder; the others are counted in one line. */
export const NOW_REQUESTS_MAX = 10;
/** Instances that `spoor now` names; the others are counted in one line. */
export const NOW_INSTANCES_MAX = 20;

/** Groups that `spoor stats` prints unless told otherwise: about one screen. */
export const STATS_COUNT_DEFAULT = 20;
/** The most that one answer of the API holds. */
export const STATS_COUNT_MAX = 10_000;

/** Spans of each group of a trace that `spoor spans` lists; the most that the API tells. */
export const SPANS_PER_TRACE_MAX = 1_000;

/** Places that `spoor compare` and `spoor why` print unless told to print all. */
export const COMPARED_PLACES_DEFAULT = 10;

/** Steps of the critical path that `spoor why` prints; they are those with the most time. */
export const WHY_STEPS_MAX = 8;

/** Traces of which `spoor check` reads all spans, the newest. */
export const CHECK_TRACES_DEFAULT = 200;

/** Traces whose parts the server compares at most: its CONSISTENCY_TRACES_MAX. */
export const CONSISTENCY_TRACES_MAX = 500;

/** Traces that `spoor export` writes unless told otherwise. */
export const EXPORT_TRACES_DEFAULT = 1_000;

/** Bytes of a request that `spoor import` sends; the server takes up to 64 MiB. */
export const IMPORT_LINE_BYTES_MAX: number = 60 * 1024 * 1024;

/** How long a shell waits for a completion, in ms: longer and typing feels stuck. */
export const COMPLETION_MS_MAX = 300;

/** The pause before a broken tail is taken up again, in ms. */
export const TAIL_RETRY_MS = 1_000;

/** Operations of which one answer says how long they usually take; more hang than anybody reads. */
export const USUAL_QUESTIONS_MAX = 16;

/** Characters of the secret of agents, at least: whoever guesses it learns command names. */
export const AGENT_SECRET_CHARACTERS_MIN = 16;
