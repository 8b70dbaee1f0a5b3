/*
 * Every limit of this package: its unit, why this number, and what happens at it.
 */

/**
 * Calls of `pg_blocking_pids` in one walk. Each stops the lock manager for about ten microseconds;
 * a chain of twelve with two holders each still fits. Waiters that are left over get the answer
 * that the walk was cut off here.
 */
export const BLOCKING_CALLS_MAX = 24;

/** Questions about locks in one walk of MySQL, for the same reason. */
export const QUESTIONS_MAX = 24;

/** Rounds of one walk: the longest chain that is followed. Beyond it the walk says so. */
export const WALK_ROUNDS_MAX = 12;

/**
 * Blockers that are asked about in one round, the longest-waiting first. In a queue for one row
 * every waiter is blocked by all before it, and only the first of them leads on.
 */
export const BLOCKERS_EXPANDED_MAX = 4;

/** Blockers that are asked for by their number; more are read with one scan of all sessions. */
export const PIDS_ASKED_SINGLY_MAX = 32;

/** Milliseconds that one statement of ours may take; then the walk ends with what it has. */
export const STATEMENT_MS_MAX = 500;

/** Milliseconds that we may wait for a lock ourselves. We take none but those of the catalogue. */
export const LOCK_WAIT_MS_MAX = 100;

/**
 * Milliseconds after which the database ends a transaction of ours that this process left open,
 * because it was stopped in the middle of a walk.
 */
export const IDLE_TRANSACTION_MS_MAX = 10_000;

/**
 * Milliseconds that one walk owns its database: at most two walks a second, however many instances
 * of an application hang at once.
 */
export const LEASE_MS = 500;

/** A walk that takes longer doubles the time until the next, up to `LEASE_MS_MAX`. */
export const SLOW_WALK_MS = 250;

/**
 * Milliseconds between two walks at most, however slow they are. Below `IDLE_TRANSACTION_MS_MAX`,
 * because the lease is a transaction in which nothing happens.
 */
export const LEASE_MS_MAX = 4_000;

/** Milliseconds for which waiters wait for the lease of another instance, then they are told. */
export const LEASE_WAIT_MS_MAX = 10_000;

/** Milliseconds between two tries for the lease, from half of it to one and a half. */
export const LEASE_RETRY_MS = 120;

/** Holders that one report names. More are counted in its gaps. */
export const HOLDERS_MAX = 8;

/**
 * Locks of other sessions that a walk reads, to tell whom its answer concerns as well: a few
 * hundred instances in one queue. Sessions beyond must ask for themselves, and the report says so.
 */
export const OTHER_LOCKS_MAX = 600;

/** Characters of a statement that are read from the database. */
export const STATEMENT_CHARACTERS_MAX = 1_000;

/** Milliseconds that one search for a process may take. Then it is unknown, with this reason. */
export const PROCESS_SEARCH_MS_MAX = 2_000;

/** Milliseconds that a program of the system, such as `ss`, may take. */
export const PROGRAM_MS_MAX = 1_000;

/** Milliseconds after which Redis is taken to be stalled; it answers in less than one. */
export const REDIS_ANSWER_MS_MAX = 250;

/** Bytes that a program of the system may print. A busy host has tens of thousands of sockets. */
export const PROGRAM_OUTPUT_BYTES_MAX: number = 16 * 1024 * 1024;

/** Characters of one word of a command line that are shown. */
export const COMMAND_WORD_CHARACTERS_MAX = 200;

/** Names of arguments that are shown of one command line. */
export const ARGUMENT_NAMES_MAX = 12;

/** Milliseconds that an agent may take; one that takes longer counts as absent. */
export const AGENT_ANSWER_MS_MAX = 700;

/** Milliseconds until an address is asked again at which no agent has answered. */
export const AGENT_ABSENT_MS = 30_000;

/** Bytes of a question to an agent, or of its answer; both have less than two thousand. */
export const AGENT_BODY_BYTES_MAX: number = 64 * 1024;

/** Questions that an agent looks into at once; further ones are told to come back. */
export const AGENT_QUESTIONS_MAX = 16;

/** Milliseconds that a question may take to arrive. */
export const AGENT_REQUEST_MS_MAX = 5_000;

/** Milliseconds that the clocks of two machines may differ; an older question is refused. */
export const AGENT_CLOCK_MS_MAX = 30_000;
