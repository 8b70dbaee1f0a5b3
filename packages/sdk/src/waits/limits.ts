/**
 * Every bound of this room: its unit, the reason for the number, and what happens there.
 */

/**
 * Between two looks at the oldest open span. A wait is named this much after the threshold at the
 * worst; one look costs less than a microsecond.
 */
export const TICK_MS = 100;

/** A process says that it reports when it has run for so long; a short script says nothing. */
export const FIRST_SNAPSHOT_MS = 500;

/**
 * How long a report waits for its verdict. Most are there within 100 ms; one that is not follows
 * as soon as it is known, because a verdict that changes is reported at once.
 */
export const VERDICT_MS_MAX = 300;

/**
 * A look that is late by so much says that the event loop was blocked. What arrived meanwhile is
 * read first, before anything is said about spans that wait for it.
 */
export const LATE_TICK_MS = 300;

/** The connection to a database for questions is closed after so long without one. */
export const QUESTIONS_IDLE_MS = 30_000;

/** How long that connection may take to be made. */
export const CONNECT_MS_MAX = 2_000;

/** How long a task of nothing may wait for a thread before the thread pool counts as full. */
export const THREAD_POOL_PROBE_MS = 150;

/** Waits that stay on a span as events; of one that changes more often, the first ones. */
export const WAIT_EVENTS_MAX = 8;

/** Spans whose database or peer is asked about in one tick; the oldest first. */
export const VERDICTS_MAX = 64;

/** Holders that a report names; beyond, it says that there may be more. */
export const HOLDERS_MAX = 8;

/** Pause before somebody who could not answer is asked again, while a span waits. */
export const ASK_AGAIN_MS = 500;

/** After so long somebody who is asked counts as not answering; the walks have 500 ms. */
export const VERDICT_LATE_MS = 1200;

/** Between two looks whether the event loop goes on. */
export const LOOP_LOOK_MS = 250;

/** An event loop that has not gone on for so long is blocked: the threshold of most spans. */
export const LOOP_BLOCKED_MS = 1000;

/** How long a loop is given to go on before it is told: more than one tick. */
export const LOOP_CONFIRM_MS = 150;

/** From within running JavaScript an answer takes a few ms; a later one was held up outside it. */
export const LOOP_ANSWER_MS_MAX = 300;

/** Frames of the blocking stack that a report tells, the innermost first. */
export const STACK_FRAMES_MAX = 8;
